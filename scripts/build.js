'use strict';

/** `npm run build`: bundles the programs of `src/cli/` into `dist/`. */

const path = require('node:path');
const { PROGRAMS, buildBundle } = require('./bundle');

const start = Date.now();
const written = buildBundle(path.join(__dirname, '..'));
for (const { source, bundle } of PROGRAMS) {
  if (!written.includes(`dist/${bundle}.js`)) process.stderr.write(`packetspec: ${source} does not exist, left out\n`);
}
process.stderr.write(`packetspec: built ${written.join(', ') || 'nothing'} in ${Date.now() - start} ms\n`);
