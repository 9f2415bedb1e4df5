/** Which commands need no shell, and what of them needs no process. Why: docs/decisions/0019-plain-scripts.md. */
import { closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ShellRequest } from '../host';
import { isExecutable, isOnPath } from './path';
import { type PlainCommand, readPlainScript, sysctlSettings } from './plain-script';

/** A larger one is no plain script, or no script at all. */
const SCRIPT_BYTES_MAX = 64 * 1024;
const ELF_MAGIC = '\x7fELF';
/** The kernel looks no further (binfmt_script). */
const SHEBANG_BYTES = 256;
const INTERPRETER = /^#![ \t]*(\/[^ \t\n]+)/;
const SHELL_SHEBANG = /^#![ \t]*\/(?:usr\/)?bin\/(?:ba|da)?sh[ \t]*\n/;

/** `undefined` when a shell is needed. */
export function plainCommandsOf({ text, folder, input }: ShellRequest): readonly PlainCommand[] | undefined {
  if (input !== undefined) return undefined;
  const commands = readPlainScript(text)?.flatMap((command) => insideOf(command, folder));
  if (commands === undefined || commands.length === 0) return undefined;
  return commands.every(({ words: [program] }) => canBegin(program, folder)) ? commands : undefined;
}

/** A plain script that is called without arguments is what stands in it; any other command is itself. */
function insideOf(command: PlainCommand, folder: string): readonly PlainCommand[] {
  const [program, ...rest] = command.words;
  if (!program.includes('/') || rest.length > 0) return [command];
  const source = scriptText(resolve(folder, program));
  const inside = source === undefined ? undefined : readPlainScript(source);
  if (inside === undefined || inside.length === 0) return [command];
  return inside.map((one) => ({ ...one, isSilent: one.isSilent || command.isSilent }));
}

/** Whether the kernel can begin it; an executable file that it cannot is read by the shell itself. */
function canBegin(program: string, folder: string): boolean {
  if (!program.includes('/')) return isOnPath(program);
  const path = resolve(folder, program);
  if (!isExecutable(path)) return false;
  const beginning = beginningOf(path);
  const [, interpreter] = INTERPRETER.exec(beginning) ?? [];
  return interpreter === undefined ? beginning.startsWith(ELF_MAGIC) : isExecutable(interpreter);
}

function scriptText(path: string): string | undefined {
  if (!isExecutable(path) || statSync(path).size > SCRIPT_BYTES_MAX) return undefined;
  const text = readFileSync(path, 'utf8');
  return SHELL_SHEBANG.test(text) ? text : undefined;
}

function beginningOf(path: string): string {
  const bytes = Buffer.alloc(SHEBANG_BYTES);
  const fd = openSync(path, 'r');
  try {
    return bytes.toString('latin1', 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
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
