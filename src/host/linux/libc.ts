/**
 * libc, as far as the host needs it. The only file that knows koffi.
 *
 * Every function answers like the kernel itself: the result, or minus the errno. errno is read at once after the call,
 * because any other call of Node's in between would change it. Pointer arguments are typed arrays, which koffi passes
 * without a copy; addresses that stand inside other structures come from `addressOf`, and whoever stores one keeps a
 * reference to the bytes. Variadic functions are declared with a fixed number of arguments, which is the same on x86-64
 * and arm64.
 */
// @ts-expect-error TS1479: its types stand for the ES module only, but require() gets its index.cjs
import koffi from 'koffi';
import { NS_PER_S, type Ns } from '../../base/nanoseconds';
import { HostError } from '../host';
import { CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_REALTIME } from './constants';
import { errnoName } from './errno';

type Pointer = NodeJS.TypedArray | DataView | bigint | null;
type Argument = number | string | Pointer;

/** The process itself: libc is loaded already. */
const library = koffi.load(null);

function declare<A extends readonly Argument[]>(prototype: string): (...args: A) => number {
  const invoke = library.func(prototype) as unknown as (...args: A) => number;
  return (...args) => {
    const result = invoke(...args);
    return result === -1 ? -koffi.errno() : result;
  };
}

/**
 * A function of the posix_spawn family, which returns the error number. Looked up at its first call, since old versions
 * of libc lack one. @throws HostError `system-call`, at the first call
 */
function declareSpawning<A extends readonly Argument[]>(prototype: string): (...args: A) => number {
  let invoke: ((...args: A) => number) | undefined;
  return (...args) => {
    invoke ??= find<A>(prototype);
    return -invoke(...args);
  };
}

function find<A extends readonly Argument[]>(prototype: string): (...args: A) => number {
  try {
    return library.func(prototype);
  } catch (cause) {
    const hint = 'commands of specs need glibc 2.29 or musl 1.1.24';
    throw new HostError('system-call', `this libc does not have: ${prototype}`, hint, cause);
  }
}

export const libc = {
  open: declare<[path: string, flags: number]>('int open(const char *path, int flags)'),
  close: declare<[fd: number]>('int close(int fd)'),
  read: declare<[fd: number, buffer: Pointer, count: number]>('long read(int fd, void *buffer, size_t count)'),
  pread: declare<[fd: number, buffer: Pointer, count: number, offset: number]>(
    'long pread(int fd, void *buffer, size_t count, long offset)',
  ),
  write: declare<[fd: number, buffer: Pointer, count: number]>('long write(int fd, void *buffer, size_t count)'),
  ioctl: declare<[fd: number, request: number, argument: Pointer]>(
    'int ioctl(int fd, unsigned long request, void *argument)',
  ),
  ioctlValue: declare<[fd: number, request: number, argument: number]>(
    'int ioctl(int fd, unsigned long request, long argument)',
  ),
  ppoll: declare<[entries: Pointer, count: number, timeout: Pointer, mask: Pointer]>(
    'int ppoll(void *entries, unsigned long count, void *timeout, void *mask)',
  ),
  socket: declare<[domain: number, type: number, protocol: number]>('int socket(int domain, int type, int protocol)'),
  bind: declare<[fd: number, address: Pointer, length: number]>('int bind(int fd, void *address, uint32_t length)'),
  send: declare<[fd: number, bytes: Pointer, length: number, flags: number]>(
    'long send(int fd, void *bytes, size_t length, int flags)',
  ),
  recv: declare<[fd: number, bytes: Pointer, length: number, flags: number]>(
    'long recv(int fd, void *bytes, size_t length, int flags)',
  ),
  recvmsg: declare<[fd: number, message: Pointer, flags: number]>('long recvmsg(int fd, void *message, int flags)'),
  setsockopt: declare<[fd: number, level: number, option: number, value: Pointer, length: number]>(
    'int setsockopt(int fd, int level, int option, void *value, uint32_t length)',
  ),
  getsockopt: declare<[fd: number, level: number, option: number, value: Pointer, length: Pointer]>(
    'int getsockopt(int fd, int level, int option, void *value, void *length)',
  ),
  eventfd: declare<[initial: number, flags: number]>('int eventfd(unsigned int initial, int flags)'),
  /** The read end comes into `ends[0]`, the write end into `ends[1]`. */
  pipe2: declare<[ends: Int32Array, flags: number]>('int pipe2(void *ends, int flags)'),
  waitpid: declare<[pid: number, status: Pointer, options: number]>('int waitpid(int pid, void *status, int options)'),
  memfdCreate: declare<[name: string, flags: number]>('int memfd_create(const char *name, unsigned int flags)'),
  unshare: declare<[flags: number]>('int unshare(int flags)'),
  setns: declare<[fd: number, type: number]>('int setns(int fd, int type)'),
  ifNameToIndex: declare<[name: string]>('unsigned int if_nametoindex(const char *name)'),
  clockGetTime: declare<[clock: number, time: Pointer]>('int clock_gettime(int clock, void *time)'),
  clockGetResolution: declare<[clock: number, time: Pointer]>('int clock_getres(int clock, void *time)'),
  setitimer: declare<[which: number, next: Pointer, previous: Pointer]>(
    'int setitimer(int which, void *next, void *previous)',
  ),
  sigaction: declare<[signal: number, action: Pointer, previous: Pointer]>(
    'int sigaction(int signal, void *action, void *previous)',
  ),
  pthreadSigmask: declare<[how: number, set: Pointer, previous: Pointer]>(
    'int pthread_sigmask(int how, void *set, void *previous)',
  ),
  schedSetScheduler: declare<[pid: number, policy: number, parameters: Pointer]>(
    'int sched_setscheduler(int pid, int policy, void *parameters)',
  ),
  schedSetAffinity: declare<[pid: number, bytes: number, mask: Pointer]>(
    'int sched_setaffinity(int pid, size_t bytes, void *mask)',
  ),
  prctl: declare<[option: number, a: number, b: number, c: number, d: number]>(
    'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
  ),
  /** `data` is a number, or an address from `addressOf`. */
  ptrace: declare<[request: number, tid: number, address: number, data: number]>(
    'long ptrace(long request, long tid, size_t address, size_t data)',
  ),
  getppid: declare<[]>('int getppid()'),
  kill: declare<[pid: number, signal: number]>('int kill(int pid, int signal)'),
  /** `arguments` and `environment` are addresses of texts that end with a zero byte, and at last a zero. */
  posixSpawn: declareSpawning<
    [pid: Pointer, path: string, actions: Pointer, attributes: Pointer, args: Pointer, environment: Pointer]
  >('int posix_spawn(void *pid, const char *path, void *actions, void *attributes, void *args, void *environment)'),
  spawnActionsInit: declareSpawning<[actions: Pointer]>('int posix_spawn_file_actions_init(void *actions)'),
  spawnActionsDestroy: declareSpawning<[actions: Pointer]>('int posix_spawn_file_actions_destroy(void *actions)'),
  spawnActionsAddOpen: declareSpawning<[actions: Pointer, fd: number, path: string, flags: number, mode: number]>(
    'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, unsigned int mode)',
  ),
  spawnActionsAddDup2: declareSpawning<[actions: Pointer, fd: number, target: number]>(
    'int posix_spawn_file_actions_adddup2(void *actions, int fd, int target)',
  ),
  /** glibc 2.29, musl 1.1.24. */
  spawnActionsAddChdir: declareSpawning<[actions: Pointer, path: string]>(
    'int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)',
  ),
  spawnAttributesInit: declareSpawning<[attributes: Pointer]>('int posix_spawnattr_init(void *attributes)'),
  spawnAttributesSetFlags: declareSpawning<[attributes: Pointer, flags: number]>(
    'int posix_spawnattr_setflags(void *attributes, short flags)',
  ),
  spawnAttributesSetSigDefault: declareSpawning<[attributes: Pointer, set: Pointer]>(
    'int posix_spawnattr_setsigdefault(void *attributes, void *set)',
  ),
  spawnAttributesSetSigMask: declareSpawning<[attributes: Pointer, set: Pointer]>(
    'int posix_spawnattr_setsigmask(void *attributes, void *set)',
  ),
  /** Any system call by its number; arguments that are addresses are numbers from `addressOf`. */
  syscall: declare<[number: number, a: number, b: number, c: number, d: number, e: number, f: number]>(
    'long syscall(long number, long a, long b, long c, long d, long e, long f)',
  ),
};

const close = library.func('int close(int fd)') as unknown as {
  async(fd: number, done: (error: unknown, result: number) => void): void;
};

/** Closes a descriptor on another thread: closing some takes the kernel many milliseconds. */
export function closeInBackground(fd: number): void {
  close.async(fd, () => {});
}

const dlsym = library.func('void *dlsym(void *handle, const char *name)') as unknown as (
  handle: null,
  name: string,
) => bigint;

const strerror = library.func('const char *strerror(int number)') as unknown as (number: number) => string;
const LARGEST_ERRNO = 133;

/** The errno whose text (strerror(3), in the C locale) it is. */
export function errnoOfText(text: string): number | undefined {
  const errnos = Array.from({ length: LARGEST_ERRNO }, (_, index) => index + 1);
  return errnos.find((errno) => strerror(errno) === text);
}

/** Where a function of libc lives. */
export function functionAddress(name: string): bigint {
  return dlsym(null, name);
}

/** Calls machine code at an address, by the rules of C. */
export function functionAt<A extends readonly Argument[]>(address: number, prototype: string): (...args: A) => number {
  const type = koffi.proto(prototype);
  return (...args) => koffi.call(BigInt(address), type, ...args) as number;
}

/** Where the bytes live. User addresses have 47 bits, so a number holds them. */
export function addressOf(bytes: NodeJS.TypedArray): number {
  return Number(koffi.address(bytes));
}

/** A string of C. */
export function zeroTerminated(text: string): Uint8Array {
  return Buffer.from(`${text}\0`);
}

/**
 * The result of a call that has no reason to fail.
 * @throws HostError `system-call`
 */
export function succeed(what: string, result: number): number {
  if (result < 0) throw new HostError('system-call', `${what}: ${errnoName(result)}`);
  return result;
}

/** struct timespec as four 32-bit halves: seconds in [0], nanoseconds in [2] (little endian; right until 2038). */
export type Timespec = Int32Array;

export function newTimespec(): Timespec {
  return new Int32Array(4);
}

const interval = newTimespec();

/** Sleeps, with everything that this thread would do meanwhile. */
export function pause(ns: Ns): void {
  interval[0] = Math.floor(ns / NS_PER_S);
  interval[2] = ns % NS_PER_S;
  libc.ppoll(null, 0, interval, null);
}

/** Reads CLOCK_MONOTONIC. */
export function readMonotonic(into: Timespec): void {
  libc.clockGetTime(CLOCK_MONOTONIC, into);
}

/** Reads when the last tick was, on CLOCK_MONOTONIC. */
export function readTick(into: Timespec): void {
  libc.clockGetTime(CLOCK_MONOTONIC_COARSE, into);
}

/** Reads how far ticks are apart: one jiffy. */
export function readTickLength(into: Timespec): void {
  libc.clockGetResolution(CLOCK_MONOTONIC_COARSE, into);
}

/** Reads CLOCK_REALTIME. */
export function readRealtime(into: Timespec): void {
  libc.clockGetTime(CLOCK_REALTIME, into);
}
