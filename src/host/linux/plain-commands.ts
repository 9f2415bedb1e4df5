/** Which commands need no shell, and what of them needs no process. Why: docs/decisions/0019-plain-scripts.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ShellRequest } from '../host';
import { isExecutable, isOnPath } from './path';
import { type PlainCommand, readPlainScript, sysctlSettings } from './plain-script';

/** The call of a script in the folder of the spec, or elsewhere, without arguments. */
const SCRIPT_CALL = /^\s*((?:\.{1,2})?\/[\w./-]+)\s*$/;
const SHEBANG = /^#![ \t]*\/(?:usr\/)?bin\/(?:ba|da)?sh[ \t]*$/;

/** `undefined` when a shell is needed. */
export function plainCommandsOf({ text, folder, input }: ShellRequest): readonly PlainCommand[] | undefined {
  if (input !== undefined) return undefined;
  const [, script] = SCRIPT_CALL.exec(text) ?? [];
  const source = script === undefined ? text : scriptText(resolve(folder, script));
  const commands = source === undefined ? undefined : readPlainScript(source);
  if (commands === undefined || commands.length === 0) return undefined;
  const programs = new Set(commands.map(({ words: [program] }) => program));
  return [...programs].every(isOnPath) ? commands : undefined;
}

function scriptText(path: string): string | undefined {
  if (!isExecutable(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const [first = ''] = text.split('\n', 1);
  return SHEBANG.test(first) ? text : undefined;
}

/** Does what `sysctl -q` does; false when it is another command, or when the program has to say what is wrong. */
export function setsDirectly(words: readonly string[]): boolean {
  const settings = sysctlSettings(words);
  if (settings === undefined) return false;
  try {
    for (const { name, value } of settings) {
      writeFileSync(join('/proc/sys', ...name.split('.')), `${value}\n`, { flag: 'r+' });
    }
    return true;
  } catch {
    return false;
  }
}
