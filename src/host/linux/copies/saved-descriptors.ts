/** The descriptors of a saved process: what each is, and how a process gets the same ones. */
import { closeSync, fstatSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { HostError } from '../../host';
import { AT_FDCWD, O_CLOEXEC, O_NONBLOCK } from '../constants';
import { zeroTerminated } from '../libc';
import { type Descriptors, descriptorsOf, placeDescriptor, renewEventCounters, replaceSocket } from './descriptors';
import type { ProcessMemory } from './memory';
import { bytesOfPath } from './named-files';
import type { StoppedThread } from './stopped-thread';
import { CALLS, scratchOf } from './x86-64';

/** What the caller has to do with a process that is saved or restored. */
export interface SavePlan {
  /** Descriptors of this process: a saved process has these files open, and a restored one those that it is given in their places. */
  readonly files: readonly number[];
  /** A descriptor of the saved process: a socket whose other end a restored one has not. */
  readonly socket: number;
  /** An address in its memory that is to be known again. */
  readonly place: number;
}

export type SavedDescriptor = { readonly fd: number /** Of open(2). */; readonly flags: number } & (
  | { readonly kind: 'nothing' }
  | { readonly kind: 'socket' }
  /** Of `SavePlan`. */
  | { readonly kind: 'handed'; readonly index: number }
  | { readonly kind: 'file'; readonly path: string; readonly position: number }
  /** Of eventfd(2). */
  | { readonly kind: 'counter'; readonly count: number }
  /** Of signalfd(2): which signals, in hexadecimal. */
  | { readonly kind: 'signals'; readonly mask: string }
);

const NOTHING = '/dev/null';
const SIGNALS = 'anon_inode:[signalfd]';
const SIGNAL_MASK_BYTES = 8;
const SEEK_SET = 0;

/**
 * Descriptors that this process has as well, at the same number, and that nobody has handed over, were inherited by chance: the saved
 * process does not know of them, and they are left out.
 * @throws HostError `system-call`, for what a process cannot be given again
 */
export function describeForSaving(
  pid: number,
  { all }: Descriptors,
  { files, socket }: SavePlan,
): readonly SavedDescriptor[] {
  const handed = files.map((fd) => fstatSync(fd));
  return all.flatMap(({ fd, flags, count }): SavedDescriptor[] => {
    const common = { fd, flags };
    const target = readlinkSync(`/proc/${pid}/fd/${fd}`, 'latin1');
    const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1');
    if (fd === socket) return [{ ...common, kind: 'socket' }];
    if (count !== undefined) return [{ ...common, kind: 'counter', count }];
    if (target === NOTHING) return [{ ...common, kind: 'nothing' }];
    if (target === SIGNALS) return [{ ...common, kind: 'signals', mask: field(info, 'sigmask') }];
    const its = statSync(`/proc/${pid}/fd/${fd}`);
    const index = handed.findIndex((one) => isSame(one, its));
    if (index >= 0) return [{ ...common, kind: 'handed', index }];
    if (isInherited(fd, its)) return [];
    if (its.isFile() && isSame(statSync(bytesOfPath(target), { throwIfNoEntry: false }), its))
      return [{ ...common, kind: 'file', path: target, position: Number(field(info, 'pos')) }];
    throw new HostError('system-call', `process ${pid} has ${target}, which cannot be saved`);
  });
}

/** In proc_pid_fdinfo(5). */
function field(info: string, name: string): string {
  return new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(info)?.[1] ?? '0';
}

function isSame(one: Stats | undefined, other: Stats): boolean {
  return one?.dev === other.dev && one.ino === other.ino;
}

function isInherited(fd: number, its: Stats): boolean {
  try {
    return isSame(fstatSync(fd), its);
  } catch {
    return false;
  }
}

/**
 * Gives a process these descriptors, and takes all others from it.
 * @param child its first descriptor is open
 * @param files in the places of those of `SavePlan`
 * @throws HostError `system-call`
 */
export function giveDescriptors(
  child: StoppedThread,
  memory: ProcessMemory,
  saved: readonly SavedDescriptor[],
  files: readonly number[],
): void {
  const wanted = saved.map(({ fd }) => fd);
  for (const fd of descriptorsOf(child.tid)) if (fd !== 0 && !wanted.includes(fd)) child.call(CALLS.close, fd);
  // What is opened comes to the lowest number that is free, which must be none of these.
  for (const fd of wanted) if (fd !== 0) child.call(CALLS.dup3, 0, fd, 0);
  // Those that are there already are replaced as in a copy.
  const all = saved.map((one) => ({
    fd: one.fd,
    flags: one.flags,
    file: { dev: 0, ino: 0 },
    ...(one.kind === 'counter' ? { count: one.count } : {}),
  }));
  renewEventCounters(child, { all });
  for (const one of saved) give(child, memory, one, { all }, files);
  if (!wanted.includes(0)) child.call(CALLS.close, 0);
}

function give(
  child: StoppedThread,
  memory: ProcessMemory,
  one: SavedDescriptor,
  all: Descriptors,
  files: readonly number[],
): void {
  const { fd, flags } = one;
  const scratch = scratchOf(child.registers);
  const open = (path: Uint8Array): void => {
    memory.write(Number(scratch), path);
    placeDescriptor(child, child.call(CALLS.openat, AT_FDCWD, scratch, flags | O_CLOEXEC, 0), fd, flags);
  };
  switch (one.kind) {
    case 'counter':
      return;
    case 'socket':
      closeSync(replaceSocket(child, memory, all, fd));
      return;
    case 'nothing':
      open(zeroTerminated(NOTHING));
      return;
    case 'handed':
      open(zeroTerminated(`/proc/${process.pid}/fd/${files[one.index] ?? -1}`));
      return;
    case 'file':
      open(Buffer.concat([bytesOfPath(one.path), new Uint8Array(1)]));
      child.call(CALLS.lseek, fd, one.position, SEEK_SET);
      return;
    case 'signals': {
      const mask = BigUint64Array.of(BigInt(`0x${one.mask}`));
      memory.write(Number(scratch), new Uint8Array(mask.buffer));
      const kept = flags & (O_CLOEXEC | O_NONBLOCK);
      placeDescriptor(child, child.call(CALLS.signalfd4, -1, scratch, SIGNAL_MASK_BYTES, kept), fd, flags);
      return;
    }
  }
}
