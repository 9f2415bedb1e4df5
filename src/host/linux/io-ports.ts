/**
 * The I/O ports of a PC: what a guest reaches devices by that its kernel has no driver for. Debian's kernels have no
 * /dev/port, so the instructions for it are put into a page of memory and called. Only in a machine of our own, as root.
 */
import { writeSync } from 'node:fs';
import { MFD_CLOEXEC, SYSTEM_CALLS } from './constants';
import { addressOf, functionAt, libc, succeed } from './libc';

/** ioperm(2) exists on x86 alone. */
const IOPERM = 173;
const PROT_READ_EXEC = 1 | 4;
const MAP_SHARED = 1;
const PAGE_BYTES = 4096;

/** Machine code by the calling convention of x86-64: arguments in rdi, rsi, rdx. */
const ROUTINES = {
  /** mov edx, edi; mov eax, esi; out dx, al; xor eax, eax; ret */
  outByte: [0x89, 0xfa, 0x89, 0xf0, 0xee, 0x31, 0xc0, 0xc3],
  /** mov edx, edi; mov eax, esi; out dx, ax; xor eax, eax; ret */
  outWord: [0x89, 0xfa, 0x89, 0xf0, 0x66, 0xef, 0x31, 0xc0, 0xc3],
  /** mov rcx, rdx; mov edx, edi; mov rdi, rsi; cld; rep insb; xor eax, eax; ret */
  inBytes: [0x48, 0x89, 0xd1, 0x89, 0xfa, 0x48, 0x89, 0xf7, 0xfc, 0xf3, 0x6c, 0x31, 0xc0, 0xc3],
} as const;

export class IoPorts {
  readonly #outByte: (port: number, value: number) => number;
  readonly #outWord: (port: number, value: number) => number;
  readonly #inBytes: (port: number, address: number, count: number) => number;

  /** @throws HostError `system-call` */
  constructor(ports: readonly number[]) {
    for (const port of ports) succeed(`ioperm(${port})`, libc.syscall(IOPERM, port, 2, 1, 0, 0, 0));
    const page = new CodePage();
    this.#outByte = functionAt(page.place(ROUTINES.outByte), 'int outByte(int port, int value)');
    this.#outWord = functionAt(page.place(ROUTINES.outWord), 'int outWord(int port, int value)');
    this.#inBytes = functionAt(page.place(ROUTINES.inBytes), 'int inBytes(int port, size_t address, size_t count)');
  }

  outByte(port: number, value: number): void {
    this.#outByte(port, value);
  }

  outWord(port: number, value: number): void {
    this.#outWord(port, value);
  }

  /** As many bytes as there is room for, from one port. */
  inBytes(port: number, into: Uint8Array): void {
    this.#inBytes(port, addressOf(into), into.length);
  }
}

/** Memory that can be executed: a mapped file, since no page here may be both written and executed. */
class CodePage {
  readonly #fd = succeed('memfd_create', libc.memfdCreate('io-ports', MFD_CLOEXEC));
  readonly #address: number;
  #used = 0;

  constructor() {
    succeed('write', libc.write(this.#fd, new Uint8Array(PAGE_BYTES), PAGE_BYTES));
    const mapped = libc.syscall(SYSTEM_CALLS.mmap, 0, PAGE_BYTES, PROT_READ_EXEC, MAP_SHARED, this.#fd, 0);
    this.#address = succeed('mmap', mapped);
  }

  /** Where the code lies from now on. */
  place(code: readonly number[]): number {
    const at = this.#used;
    writeSync(this.#fd, Uint8Array.from(code), 0, code.length, at);
    this.#used += code.length;
    return this.#address + at;
  }
}
