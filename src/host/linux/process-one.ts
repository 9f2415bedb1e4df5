/**
 * What the first process of a machine has to do: a guest whose kernel starts Node itself has no init and no tools that
 * would mount its file systems or load its modules.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EEXIST, SYSTEM_CALLS } from './constants';
import { addressOf, libc, zeroTerminated } from './libc';
import { errnoName } from './errno';
import { HostError } from '../host';

/** Type and place. What a kernel does not have is left out. */
const FILE_SYSTEMS = [
  ['proc', '/proc'],
  ['sysfs', '/sys'],
  ['devtmpfs', '/dev'],
  ['tracefs', '/sys/kernel/tracing'],
] as const;

/** Where the kernel would mount these by itself, it answers EBUSY. */
export function mountFileSystems(): void {
  for (const [type, place] of FILE_SYSTEMS) {
    const [typeText, placeText] = [zeroTerminated(type), zeroTerminated(place)];
    libc.syscall(SYSTEM_CALLS.mount, addressOf(typeText), addressOf(placeText), addressOf(typeText), 0, 0, 0);
  }
  mkdirSync('/dev/shm', { recursive: true });
}

/** What a kernel does now and then although nobody needs it: an idle machine in virtual time is then awake all the time. */
const IDLE_WORK = [
  ['vm/compaction_proactiveness', '0'],
  ['vm/stat_interval', '3600'],
  ['vm/dirty_writeback_centisecs', '0'],
] as const;

/** Keeps the kernel from waking by itself, as far as it can be told so. */
export function quietKernel(): void {
  for (const [name, value] of IDLE_WORK) {
    try {
      writeFileSync(join('/proc/sys', name), value);
    } catch {
      // This kernel does not have it.
    }
  }
}

/**
 * Loads all modules of a folder in the order of their names.
 * @param parametersOf what a module is told, such as `device=512@0xfeb00e00:12`
 * @throws HostError `system-call`
 */
export function loadModules(folder: string, parametersOf: (name: string) => string): void {
  for (const file of readdirSync(folder).sort()) {
    const fd = openSync(join(folder, file), 'r');
    const parameters = zeroTerminated(parametersOf(file));
    const result = libc.syscall(SYSTEM_CALLS.finitModule, fd, addressOf(parameters), 0, 0, 0, 0);
    closeSync(fd);
    // A kernel that has it built in says so.
    if (result < 0 && result !== -EEXIST) {
      throw new HostError('system-call', `loading the module ${file}: ${errnoName(result)}`);
    }
  }
}

/** The words of the kernel's command line that begin with a prefix, without it. */
export function bootParameters(prefix: string): readonly string[] {
  const words = readFileSync('/proc/cmdline', 'utf8').trim().split(/\s+/);
  return words.filter((word) => word.startsWith(prefix)).map((word) => word.slice(prefix.length));
}
