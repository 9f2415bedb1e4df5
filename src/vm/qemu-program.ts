/** The QEMU of this host. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { QEMU, QEMU_PACKAGE } from './qemu';
import { VmError } from './trouble';

const run = promisify(execFile);

/** Older ones were not tried. */
const OLDEST = { major: 7, minor: 2 } as const;

/** Where it is. @throws VmError `vm-no-qemu` */
export function findQemu(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  const found = folders.map((folder) => join(folder, QEMU)).find(isExecutable);
  if (found !== undefined) return found;
  throw new VmError(
    'vm-no-qemu',
    `there is no ${QEMU} on the PATH`,
    `on Debian, as root: apt-get install ${QEMU_PACKAGE}`,
  );
}

/** @throws VmError `vm-qemu-too-old` */
export async function requireNewEnough(program: string): Promise<void> {
  const { stdout: text } = await run(program, ['--version']);
  const [, major = '0', minor = '0'] = /version (\d+)\.(\d+)/.exec(text) ?? [];
  if (isNewEnough(Number(major), Number(minor))) return;
  throw new VmError(
    'vm-qemu-too-old',
    `${program} is version ${major}.${minor}; guests need ${OLDEST.major}.${OLDEST.minor} or newer`,
    `on Debian 12 and later, as root: apt-get install ${QEMU_PACKAGE}`,
  );
}

function isNewEnough(major: number, minor: number): boolean {
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
