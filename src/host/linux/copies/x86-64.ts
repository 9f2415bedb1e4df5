/** Registers and system calls of x86-64, as ptrace(2) shows and needs them. */

/** `struct user_regs_struct` of sys/user.h: 27 words. */
export type Registers = BigUint64Array;

export const REGISTER_COUNT = 27;
/** Places in it. `originalCall` is the number of the system call that the thread is in, or -1. */
const AT = { result: 10, originalCall: 15, instruction: 16, stack: 19, threadPointer: 21 } as const;
/** rdi, rsi, rdx, r10, r8, r9. */
const ARGUMENTS_AT = [14, 13, 12, 7, 9, 8] as const;
/** The instruction `syscall`. */
const CALL_BYTES = 2n;
const NO_CALL = BigInt.asUintN(64, -1n);
/** ERESTARTSYS to ERESTART_RESTARTBLOCK (linux/errno.h): the call is to be made again, and never shows to the program. */
const RESTART_FROM = -516n;
const RESTART_TO = -512n;

/** Calls that a stopped thread is made to do. */
export const CALLS = {
  close: 3,
  lseek: 8,
  mmap: 9,
  mprotect: 10,
  munmap: 11,
  brk: 12,
  rt_sigaction: 13,
  mremap: 25,
  madvise: 28,
  socketpair: 53,
  clone: 56,
  fcntl: 72,
  sigaltstack: 131,
  prctl: 157,
  openat: 257,
  signalfd4: 289,
  eventfd2: 290,
  dup3: 292,
  rseq: 334,
} as const;

const CLONE_PARENT = 0x8000;
const SIGCHLD = 17;
/** A process like fork(2) makes it, which is a child of the parent. */
export const CLONE_PROCESS = CLONE_PARENT | SIGCHLD;
/** VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, CHILD_CLEARTID: as pthread_create(3) has it. */
export const CLONE_THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x80000 | 0x200000;

export function threadPointer(registers: Registers): bigint {
  return registers[AT.threadPointer] ?? 0n;
}

function stackPointer(registers: Registers): bigint {
  return registers[AT.stack] ?? 0n;
}

export function resultOf(registers: Registers): number {
  return Number(BigInt.asIntN(64, registers[AT.result] ?? 0n));
}

/** Below what a stopped thread has on its stack, and the 128 bytes that it may use beyond. */
const SCRATCH_BELOW_STACK = 4096n;

/** A place in its memory that a stopped thread does not use. */
export function scratchOf(registers: Registers): bigint {
  return stackPointer(registers) - SCRATCH_BELOW_STACK;
}

/** Whether the thread was stopped in a system call that is to be made again. */
export function isInCall(registers: Registers): boolean {
  const result = BigInt.asIntN(64, registers[AT.result] ?? 0n);
  return registers[AT.originalCall] !== NO_CALL && result >= RESTART_FROM && result <= RESTART_TO;
}

/** Those of a thread that has not yet made the call in which it was stopped. */
export function beforeCall(registers: Registers): Registers {
  const before = registers.slice();
  if (isInCall(registers)) {
    before[AT.result] = registers[AT.originalCall] ?? 0n;
    before[AT.instruction] = (registers[AT.instruction] ?? 0n) - CALL_BYTES;
  }
  before[AT.originalCall] = NO_CALL;
  return before;
}

/** @param registers those of a thread that is in a call, or behind one */
export function forCall(registers: Registers, number: number, args: readonly (number | bigint)[]): Registers {
  const call = registers.slice();
  call[AT.result] = BigInt(number);
  call[AT.originalCall] = NO_CALL;
  call[AT.instruction] = (registers[AT.instruction] ?? 0n) - CALL_BYTES;
  for (const [index, at] of ARGUMENTS_AT.entries()) call[at] = BigInt.asUintN(64, BigInt(args[index] ?? 0));
  return call;
}
