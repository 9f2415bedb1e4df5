/** One thread that ptrace(2) has stopped: what it goes on with, and system calls that it is made to do. */
import { HostError } from '../../host';
import { EINTR } from '../constants';
import { errnoName } from '../errno';
import { addressOf, libc, succeed } from '../libc';
import {
  beforeCall,
  CALLS,
  CLONE_PROCESS,
  CLONE_THREAD,
  forCall,
  isInCall,
  REGISTER_COUNT,
  type Registers,
  resultOf,
  threadPointer,
} from './x86-64';

/** Requests of ptrace(2), from linux/ptrace.h. */
const REQUEST = {
  step: 9,
  readRegisters: 12,
  writeRegisters: 13,
  detach: 17,
  eventMessage: 0x4201,
  readRegisterSet: 0x4204,
  writeRegisterSet: 0x4205,
  seize: 0x4206,
  interrupt: 0x4207,
  readSignalMask: 0x420a,
  writeSignalMask: 0x420b,
  /** PTRACE_GET_RSEQ_CONFIGURATION */
  readSharedArea: 0x420f,
} as const;
/** `struct ptrace_rseq_configuration`. */
const SHARED_AREA_BYTES = 24;
/**
 * PTRACE_O_TRACEFORK and PTRACE_O_TRACECLONE: what it makes is stopped too, before its first instruction.
 * PTRACE_O_EXITKILL: it is killed when this process ends meanwhile, and not let go half made.
 */
const OPTIONS = 2 | 8 | 0x100000;
const EVENT_FORK = 1;
const EVENT_CLONE = 3;
const SIGTRAP = 5;
/** Threads that are not children, too. */
const WALL = 0x40000000;
/** NT_X86_XSTATE: the registers of floating point and vectors. */
const EXTENDED_STATE = 0x202;
/** More than any processor has. */
const EXTENDED_STATE_BYTES = 16_384;
const SIGNAL_MASK_BYTES = 8;
const STOPPED = 0x7f;
const LARGEST_ERRNO = 4095;

/** What a thread goes on with, as it was when it was stopped. */
export interface ThreadState {
  readonly registers: Registers;
  /** Of floating point and vectors. */
  readonly extended: Uint8Array;
  readonly signalMask: Uint8Array;
}

/** What a thread shares with the kernel by rseq(2). */
export interface SharedArea {
  readonly address: number;
  readonly bytes: number;
  readonly signature: number;
}

export class StoppedThread implements ThreadState {
  readonly tid: number;
  readonly registers: Registers;
  readonly extended: Uint8Array;
  readonly signalMask: Uint8Array;

  private constructor(tid: number, { registers, extended, signalMask }: ThreadState) {
    this.tid = tid;
    this.registers = registers;
    this.extended = extended;
    this.signalMask = signalMask;
  }

  /** Stops a thread that nobody else traces. @throws HostError `system-call`, also when it has just ended */
  static stop(tid: number): StoppedThread {
    succeed('ptrace(PTRACE_SEIZE)', libc.ptrace(REQUEST.seize, tid, 0, OPTIONS));
    succeed('ptrace(PTRACE_INTERRUPT)', libc.ptrace(REQUEST.interrupt, tid, 0, 0));
    waitForStop(tid);
    const mask = new Uint8Array(SIGNAL_MASK_BYTES);
    const into = addressOf(mask);
    succeed('ptrace(PTRACE_GETSIGMASK)', libc.ptrace(REQUEST.readSignalMask, tid, mask.length, into));
    return new StoppedThread(tid, {
      registers: readRegisters(tid),
      extended: readExtendedState(tid),
      signalMask: mask,
    });
  }

  /** One that is stopped, such as a copied thread has made, with what the copied one had. */
  static ofCopy(tid: number, original: ThreadState): StoppedThread {
    return new StoppedThread(tid, original);
  }

  /** Whether it is in a system call, so that it can be made to do others. */
  get isInCall(): boolean {
    return isInCall(this.registers);
  }

  /** Has it make a system call. @throws HostError `system-call`, when that fails */
  call(number: number, ...args: readonly (number | bigint)[]): number {
    return this.#callAndWatch(number, args).result;
  }

  /** Has it make a process. @returns the id of that, which is stopped */
  cloneProcess(): number {
    return this.#clone(CLONE_PROCESS, 0n, 0n);
  }

  /**
   * Has it make a thread. @returns the id of that, which is stopped
   * @param original the thread whose thread-local memory it has
   * @param clearedAtEnd the word that the kernel is to clear when it ends
   */
  cloneThread(original: ThreadState, clearedAtEnd: bigint): number {
    return this.#clone(CLONE_THREAD, clearedAtEnd, threadPointer(original.registers));
  }

  /** `undefined` when it shares nothing, or the kernel does not tell (before Linux 5.13). */
  sharedArea(): SharedArea | undefined {
    const told = new DataView(new ArrayBuffer(SHARED_AREA_BYTES));
    const into = addressOf(new Uint8Array(told.buffer));
    if (libc.ptrace(REQUEST.readSharedArea, this.tid, SHARED_AREA_BYTES, into) < 0) return undefined;
    const address = Number(told.getBigUint64(0, true));
    return address === 0 ? undefined : { address, bytes: told.getUint32(8, true), signature: told.getUint32(12, true) };
  }

  /** Lets it go on where it was, or where the thread was of which it is a copy. */
  goOn(): void {
    writeExtendedState(this.tid, this.extended);
    const from = addressOf(this.signalMask);
    const length = this.signalMask.length;
    succeed('ptrace(PTRACE_SETSIGMASK)', libc.ptrace(REQUEST.writeSignalMask, this.tid, length, from));
    writeRegisters(this.tid, beforeCall(this.registers));
    succeed('ptrace(PTRACE_DETACH)', libc.ptrace(REQUEST.detach, this.tid, 0, 0));
  }

  /** Waits for the end of one that has been killed. */
  awaitEnd(): void {
    const status = new Int32Array(1);
    for (;;) {
      const result = libc.waitpid(this.tid, status, WALL);
      if (result !== -EINTR && !(result === this.tid && isStopped(status[0] ?? 0))) return;
    }
  }

  #clone(flags: number, clearedAtEnd: bigint, threadMemory: bigint): number {
    const { made } = this.#callAndWatch(CALLS.clone, [flags, 0, 0, clearedAtEnd, threadMemory]);
    if (made === undefined) throw new HostError('system-call', 'clone: ptrace did not tell of what was made');
    waitForStop(made);
    return made;
  }

  #callAndWatch(
    number: number,
    args: readonly (number | bigint)[],
  ): { readonly result: number; readonly made: number | undefined } {
    writeRegisters(this.tid, forCall(this.registers, number, args));
    const made = this.#step();
    const result = resultOf(readRegisters(this.tid));
    if (result < 0 && result >= -LARGEST_ERRNO)
      throw new HostError('system-call', `call ${number} in a stopped process: ${errnoName(result)}`);
    return { result, made };
  }

  /** One instruction. @returns the id of the process or thread that it made */
  #step(): number | undefined {
    let made: number | undefined;
    for (;;) {
      succeed('ptrace(PTRACE_SINGLESTEP)', libc.ptrace(REQUEST.step, this.tid, 0, 0));
      const { signal, event } = waitForStop(this.tid);
      if (event === EVENT_FORK || event === EVENT_CLONE) made = readEventMessage(this.tid);
      else if (signal === SIGTRAP) return made;
    }
  }
}

interface Stop {
  readonly signal: number;
  readonly event: number;
}

/** @param word as wait(2) gives it */
function isStopped(word: number): boolean {
  return (word & 0xff) === STOPPED;
}

/** @throws HostError `system-call`, when it ends instead */
function waitForStop(tid: number): Stop {
  const status = new Int32Array(1);
  for (;;) {
    const result = libc.waitpid(tid, status, WALL);
    if (result === -EINTR) continue;
    succeed('waitpid', result);
    const [word = 0] = status;
    if (!isStopped(word)) throw new HostError('system-call', `thread ${tid} ended while it was stopped`);
    return { signal: (word >> 8) & 0xff, event: word >> 16 };
  }
}

function readRegisters(tid: number): Registers {
  const registers = new BigUint64Array(REGISTER_COUNT);
  succeed('ptrace(PTRACE_GETREGS)', libc.ptrace(REQUEST.readRegisters, tid, 0, addressOf(registers)));
  return registers;
}

function writeRegisters(tid: number, registers: Registers): void {
  succeed('ptrace(PTRACE_SETREGS)', libc.ptrace(REQUEST.writeRegisters, tid, 0, addressOf(registers)));
}

function readExtendedState(tid: number): Uint8Array {
  const state = new Uint8Array(EXTENDED_STATE_BYTES);
  const vector = ioVector(state);
  succeed('ptrace(PTRACE_GETREGSET)', libc.ptrace(REQUEST.readRegisterSet, tid, EXTENDED_STATE, addressOf(vector)));
  return state.subarray(0, Number(vector[1]));
}

function writeExtendedState(tid: number, state: Uint8Array): void {
  const vector = ioVector(state);
  succeed('ptrace(PTRACE_SETREGSET)', libc.ptrace(REQUEST.writeRegisterSet, tid, EXTENDED_STATE, addressOf(vector)));
}

/** `struct iovec`. */
function ioVector(bytes: Uint8Array): BigUint64Array {
  return BigUint64Array.of(BigInt(addressOf(bytes)), BigInt(bytes.length));
}

function readEventMessage(tid: number): number {
  const message = new BigUint64Array(1);
  succeed('ptrace(PTRACE_GETEVENTMSG)', libc.ptrace(REQUEST.eventMessage, tid, 0, addressOf(message)));
  return Number(message[0]);
}
