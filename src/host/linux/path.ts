/** Commands and where they are. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** An ordinary user's PATH often lacks them. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/** Whether a command of this name, or path, can be run. */
export function isOnPath(command: string): boolean {
  return findOnPath(command) !== undefined;
}

/** Where commands were found: looking costs a system call for each folder, and an exception for most. */
const found = new Map<string, string>();

/** Where a command of this name is; a path stays what it is. `undefined` when there is none. */
export function findOnPath(command: string): string | undefined {
  if (command.includes('/')) return isExecutable(command) ? command : undefined;
  const path = found.get(command) ?? lookFor(command);
  if (path !== undefined) found.set(command, path);
  return path;
}

function lookFor(command: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
