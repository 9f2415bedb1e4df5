/** Starts the runner of a guest that boots for one run, with the code that the host has compiled (`vm/compiled-runner`). */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { COMPILED_RUNNER } from '../vm/guest-abi';

const filename = join(__dirname, 'guest.js');
const source = Module.wrap(readFileSync(filename, 'utf8'));
// What V8 does not take, it compiles.
const script = new Script(source, { filename, cachedData: readFileSync(COMPILED_RUNNER) });
// Only now, because compiled code is taken with the options alone that it was compiled with. The optimizing compiler stops
// a run for tens of milliseconds; and functions are to be fast from the second call on, since they get no more.
for (const option of ['--no-opt', '--no-lazy-feedback-allocation']) setFlagsFromString(option);
(script.runInThisContext() as (...ofModule: unknown[]) => void)(exports, require, module, filename, __dirname);
