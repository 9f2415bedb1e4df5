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
  for (const [type, place] of FILE_SYSTEMS) mount(type, place);
  mkdirSync('/dev/shm', { recursive: true });
}

function mount(type: string, place: string, options = ''): void {
  const [typeText, placeText, optionText] = [type, place, options].map(zeroTerminated) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const addresses = [addressOf(typeText), addressOf(placeText), addressOf(typeText)] as const;
  libc.syscall(SYSTEM_CALLS.mount, ...addresses, 0, addressOf(optionText), 0);
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

/** Where the freezer of the first cgroups is mounted. */
const FREEZER = '/sys/fs/cgroup';
/** Before Linux 5.15 it wakes twice a second, whether there is anything to do or not. */
const RESTLESS_THREAD = 'kcompactd0';

/** Stops a thread of the kernel's that is made for machines that are short of memory. */
export function freezeRestlessThread(): void {
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && threadName(name) === RESTLESS_THREAD);
  if (pid === undefined) return;
  const group = join(FREEZER, RESTLESS_THREAD);
  try {
    mount('cgroup', FREEZER, 'freezer');
    mkdirSync(group);
    writeFileSync(join(group, 'cgroup.procs'), pid);
    writeFileSync(join(group, 'freezer.state'), 'FROZEN');
  } catch {
    // This kernel cannot: waiting takes longer.
  }
}

function threadName(pid: string): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

/** Loads all modules of a folder in the order of their names. @throws HostError `system-call` */
export function loadModules(folder: string): void {
  const noParameters = zeroTerminated('');
  for (const file of readdirSync(folder).sort()) {
    const fd = openSync(join(folder, file), 'r');
    const result = libc.syscall(SYSTEM_CALLS.finitModule, fd, addressOf(noParameters), 0, 0, 0, 0);
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
