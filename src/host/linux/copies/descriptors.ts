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

/** A counter that two processes share wakes one of them for the other. */
export function renewEventCounters(copy: StoppedThread): void {
  for (const fd of descriptorsOf(copy.tid)) {
    if (readlinkSync(`/proc/${copy.tid}/fd/${fd}`) !== EVENT_COUNTER) continue;
    const info = readFileSync(`/proc/${copy.tid}/fdinfo/${fd}`, 'latin1');
    const count = Number.parseInt(/^eventfd-count: *([\da-f]+)/m.exec(info)?.[1] ?? '0', 16);
    const flags = flagsIn(info) & (O_CLOEXEC | O_NONBLOCK);
    place(copy, copy.call(CALLS.eventfd2, count, flags), fd, flags);
  }
}

/** Wherever the copy has one file of this process open, it has the other from now on, open for the same. */
export function replaceFile(copy: StoppedThread, memory: ProcessMemory, from: number, to: number): void {
  const wanted = fstatSync(from);
  const name = zeroTerminated(`/proc/${process.pid}/fd/${to}`);
  for (const fd of descriptorsOf(copy.tid)) {
    const { dev, ino } = statSync(`/proc/${copy.tid}/fd/${fd}`);
    if (dev !== wanted.dev || ino !== wanted.ino) continue;
    const flags = flagsIn(readFileSync(`/proc/${copy.tid}/fdinfo/${fd}`, 'latin1'));
    const scratch = scratchOf(copy.registers);
    memory.write(Number(scratch), name);
    const opened = copy.call(CALLS.openat, AT_FDCWD, scratch, (flags & ACCESS_MODE) | O_CLOEXEC, 0);
    place(copy, opened, fd, flags & O_CLOEXEC);
  }
}

/** The copy has one end of a new pair of sockets there. @returns the other, a descriptor of this process */
export function replaceSocket(copy: StoppedThread, memory: ProcessMemory, fd: number): number {
  const at = Number(scratchOf(copy.registers));
  copy.call(CALLS.socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, at);
  const ends = Buffer.from(memory.read(at, 2 * DESCRIPTOR_BYTES));
  const [its, ours] = [ends.readInt32LE(0), ends.readInt32LE(DESCRIPTOR_BYTES)];
  const flags = flagsIn(readFileSync(`/proc/${copy.tid}/fdinfo/${fd}`, 'latin1'));
  copy.call(CALLS.fcntl, its, F_SETFL, O_RDWR | (flags & O_NONBLOCK));
  place(copy, its, fd, flags & O_CLOEXEC);
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

function place(copy: StoppedThread, fd: number, at: number, flags: number): void {
  copy.call(CALLS.dup3, fd, at, flags & O_CLOEXEC);
  copy.call(CALLS.close, fd);
}

function descriptorsOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/fd`).map(Number);
}

/** The flags of open(2), in octal, as proc_pid_fdinfo(5) has them. */
function flagsIn(info: string): number {
  return Number.parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? '0', 8);
}
