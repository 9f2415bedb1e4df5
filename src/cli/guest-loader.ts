/** Starts the runner of a guest that boots for one run, with the code that the host has compiled (`vm/compiled-runner`). */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { COMPILED_RUNNER } from '../vm/guest-abi';

const filename = join(__dirname, 'guest.js');
const source = Module.wrap(readFileSync(filename, 'utf8'));
// What V8 does not take, it compiles. It takes nothing that was compiled with other options (`vm/compiled-runner`).
const script = new Script(source, { filename, cachedData: readFileSync(COMPILED_RUNNER) });
(script.runInThisContext() as (...ofModule: unknown[]) => void)(exports, require, module, filename, __dirname);
