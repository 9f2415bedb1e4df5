/** Commands and where they are. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** An ordinary user's PATH often lacks them. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/** Whether a command of this name, or path, can be run. */
export function isOnPath(command: string): boolean {
  if (command.includes('/')) return isExecutable(command);
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
