/**
 * The code of the runner as V8 keeps it, so that a guest that boots for one run need not compile it: a hundredth of a
 * second here, a third of one there. A guest takes it when its Node is the one that runs here, without options for V8.
 */
import Module from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** @param source of the runner. @returns other bytes each time */
export function compiledCode(source: string): Uint8Array {
  return compileAll(Module.wrap(source)).createCachedData();
}

/** With all functions, not those alone that run at once. Code that is kept counts as compiled with the options of then. */
function compileAll(source: string): Script {
  setFlagsFromString('--no-lazy');
  try {
    return new Script(source);
  } finally {
    setFlagsFromString('--lazy');
  }
}
