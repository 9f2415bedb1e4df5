'use strict';

/** `npm test [-- VITEST OPTIONS]`: prepares the clone, builds it, and runs every test. */

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { ROOT, bootstrap, say } = require('./bootstrap');

bootstrap('test');
buildOrExit();
process.exitCode = runVitest(process.argv.slice(2));

function buildOrExit() {
  const { buildBundle, isFresh } = require('./bundle');
  if (isFresh(ROOT)) return;
  try {
    buildBundle(ROOT);
  } catch {
    say('the sources do not build, see above');
    process.exit(1);
  }
}

/**
 * @param {string[]} args
 * @returns {number} the exit code
 */
function runVitest(args) {
  const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', ...args], { cwd: ROOT, stdio: 'inherit' });
  return status ?? 1;
}
