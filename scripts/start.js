'use strict';

/** `npm start [-- OPTIONS]`: prepares the clone, builds it, and runs the specs it ships in this very process. */

const path = require('node:path');
const { ROOT, bootstrap } = require('./bootstrap');

bootstrap('run');
endWithNpm();
process.chdir(ROOT);
const launcher = path.join(ROOT, 'bin/packetspec.js');
process.argv.splice(1, 1, launcher, 'run', 'specs/');
require(launcher);

/**
 * Asks the kernel to kill this process when its parent dies. Whoever kills `npm start` means the run, and npm,
 * when it is killed by SIGKILL, can pass nothing on; the executors in turn end with this process.
 */
function endWithNpm() {
  if (process.env['npm_lifecycle_event'] !== 'start') return;
  const PR_SET_PDEATHSIG = 1;
  const SIGKILL = 9;
  const libc = module.require('koffi').load('libc.so.6');
  libc.func('int prctl(int option, ulong a, ulong b, ulong c, ulong d)')(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}
