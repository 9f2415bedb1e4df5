/** The descriptors of a copied process that it must not share with its original. */
import { closeSync, fstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { HostError } from '../../host';
import {
  AT_FDCWD,
  F_SETFL,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SYSTEM_CALLS,
} from '../constants';
import { libc, succeed, zeroTerminated } from '../libc';
import type { ProcessMemory } from './memory';
import type { StoppedThread } from './stopped-thread';
import { CALLS, scratchOf } from './x86-64';

const AF_UNIX = 1;
const ACCESS_MODE = 3;
const EVENT_COUNTER = 'anon_inode:[eventfd]';
const NOT_COPIED = /^anon_inode:\[(?:io_uring|eventpoll|timerfd|userfaultfd|inotify|fanotify)\]/;
const DESCRIPTOR_BYTES = 4;

/**
 * What the kernel does for a process by itself, it would do for the original or for both.
 * @throws HostError `system-call`, when there is such a thing
 */
export function refuseWhatCannotBeCopied(pid: number): void {
  const kinds = descriptorsOf(pid).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const found = kinds.find((kind) => NOT_COPIED.test(kind));
  if (found !== undefined) throw new HostError('system-call', `process ${pid} has ${found}, which cannot be copied`);
  if (timersOf(pid) !== '') throw new HostError('system-call', `process ${pid} has timers, which cannot be copied`);
}

/** As proc_pid_timers(5) lists them; some kernels do not (CONFIG_CHECKPOINT_RESTORE). */
function timersOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/timers`, 'latin1');
  } catch {
    return '';
  }
}

/** What a process has open. */
export interface Descriptors {
  readonly all: readonly Descriptor[];
}

export interface Descriptor {
  readonly fd: number;
  /** Of open(2). */
  readonly flags: number;
  /** What tells its file from others. */
  readonly file: { readonly dev: number; readonly ino: number };
  /** Of an eventfd(2): what it has counted. */
  readonly count?: number;
}

export function describeDescriptors(pid: number): Descriptors {
  return { all: descriptorsOf(pid).map((fd) => describe(pid, fd)) };
}

function describe(pid: number, fd: number): Descriptor {
  const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1');
  const { dev, ino } = statSync(`/proc/${pid}/fd/${fd}`);
  const common = { fd, flags: flagsIn(info), file: { dev, ino } };
  if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== EVENT_COUNTER) return common;
  return { ...common, count: Number.parseInt(/^eventfd-count: *([\da-f]+)/m.exec(info)?.[1] ?? '0', 16) };
}

/** @throws HostError `system-call`, when a copy has opened or closed something */
export function requireSameDescriptors(pid: number, { all }: Descriptors): void {
  const now = descriptorsOf(pid);
  if (now.length !== all.length || !all.every(({ fd }) => now.includes(fd)))
    throw new HostError('system-call', `process ${pid} has other descriptors than it began with`);
}

/** A counter that two processes share wakes one of them for the other. */
export function renewEventCounters(copy: StoppedThread, { all }: Descriptors): void {
  for (const { fd, flags, count } of all) {
    if (count === undefined) continue;
    const kept = flags & (O_CLOEXEC | O_NONBLOCK);
    placeDescriptor(copy, copy.call(CALLS.eventfd2, count, kept), fd, kept);
  }
}

/** Wherever the original has a file of this process open, its copy has the other from now on, open for the same. */
export function replaceFile(
  copy: StoppedThread,
  memory: ProcessMemory,
  { all }: Descriptors,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const { dev, ino } = fstatSync(from);
  const name = zeroTerminated(`/proc/${process.pid}/fd/${to}`);
  const scratch = scratchOf(copy.registers);
  for (const { fd, flags, file } of all) {
    if (file.dev !== dev || file.ino !== ino) continue;
    memory.write(Number(scratch), name);
    const opened = copy.call(CALLS.openat, AT_FDCWD, scratch, (flags & ACCESS_MODE) | O_CLOEXEC, 0);
    placeDescriptor(copy, opened, fd, flags & O_CLOEXEC);
  }
}

/** The copy has one end of a new pair of sockets there. @returns the other, a descriptor of this process */
export function replaceSocket(copy: StoppedThread, memory: ProcessMemory, { all }: Descriptors, fd: number): number {
  const at = Number(scratchOf(copy.registers));
  copy.call(CALLS.socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, at);
  const ends = Buffer.from(memory.read(at, 2 * DESCRIPTOR_BYTES));
  const [its, ours] = [ends.readInt32LE(0), ends.readInt32LE(DESCRIPTOR_BYTES)];
  const flags = all.find((one) => one.fd === fd)?.flags ?? 0;
  copy.call(CALLS.fcntl, its, F_SETFL, O_RDWR | (flags & O_NONBLOCK));
  placeDescriptor(copy, its, fd, flags & O_CLOEXEC);
  const taken = takeDescriptor(copy.tid, ours);
  copy.call(CALLS.close, ours);
  return taken;
}

/** A descriptor of another process as one of this process. */
function takeDescriptor(pid: number, fd: number): number {
  const process = succeed('pidfd_open', libc.syscall(SYSTEM_CALLS.pidfdOpen, pid, 0, 0, 0, 0, 0));
  try {
    return succeed('pidfd_getfd', libc.syscall(SYSTEM_CALLS.pidfdGetfd, process, fd, 0, 0, 0, 0));
  } finally {
    closeSync(process);
  }
}

export function placeDescriptor(copy: StoppedThread, fd: number, at: number, flags: number): void {
  copy.call(CALLS.dup3, fd, at, flags & O_CLOEXEC);
  copy.call(CALLS.close, fd);
}

export function descriptorsOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/fd`).map(Number);
}

/** The flags of open(2), in octal, as proc_pid_fdinfo(5) has them. */
function flagsIn(info: string): number {
  return Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? '0', 8);
}
