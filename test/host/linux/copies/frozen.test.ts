/** Live: the memory of a process, changed in every way that there is to undo, and compared byte by byte. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { present } from '../../../../src/base/assert';
import { type Area, areasOf } from '../../../../src/host/linux/copies/areas';
import { FrozenProcess } from '../../../../src/host/linux/copies/frozen';
import { ProcessMemory } from '../../../../src/host/linux/copies/memory';
import type { StoppedThread } from '../../../../src/host/linux/copies/stopped-thread';
import { CALLS } from '../../../../src/host/linux/copies/x86-64';
import { libc } from '../../../../src/host/linux/libc';
import { refusal } from '../../../support/live';

const PAGE = 4096;
const MMAP = 9;
const PROT_READ_WRITE = 3;
const PRIVATE_ANONYMOUS = 0x22;
const MADV_DONTNEED = 4;
const SIGKILL = 9;
/** An area of its own, of which the second half may not be used yet, as the memory of a thread of malloc(3). */
const PROGRAM = `
import ctypes, mmap, sys
area = mmap.mmap(-1, 64 * 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
area.write(b'kept' * (64 * 1024))
address = ctypes.addressof(ctypes.c_char.from_buffer(area))
ctypes.CDLL(None).mprotect(ctypes.c_void_p(address + 32 * 4096), 32 * 4096, 0)
print(address, flush=True)
sys.stdin.read()
`;

let child: ChildProcess;
let address: number;
let frozen: FrozenProcess;
let copy: StoppedThread;

beforeEach(async () => {
  child = spawn('python3', ['-c', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [said] = (await once(present(child.stdout, 'what it says'), 'data')) as [Buffer];
  address = Number.parseInt(said.toString(), 10);
  frozen = FrozenProcess.of(present(child.pid, 'the process'));
  copy = frozen.cloneProcess();
});

afterEach(() => {
  libc.kill(copy.tid, SIGKILL);
  copy.awaitEnd();
  frozen.end();
  child.kill('SIGKILL');
});

const writable = (areas: readonly Area[]) => areas.filter(({ rights }) => rights.startsWith('rw'));

/** All that the process could have written to, as it is now. */
function memoryOf(pid: number): readonly { readonly area: Area; readonly bytes: Buffer }[] {
  const memory = new ProcessMemory(pid);
  try {
    return writable(areasOf(pid)).map((area) => ({
      area,
      bytes: Buffer.from(memory.read(area.from, area.to - area.from)),
    }));
  } finally {
    memory.close();
  }
}

function write(at: number, text: string): void {
  const memory = new ProcessMemory(copy.tid);
  memory.write(at, Buffer.from(text));
  memory.close();
}

/** How many pages no other process has mapped: bit 56 of an entry of proc_pid_pagemap(5). */
function ownPageCount(pid: number, from: number, pages: number): number {
  const entries = new BigUint64Array(pages);
  const pagemap = openSync(`/proc/${pid}/pagemap`, 'r');
  try {
    readSync(pagemap, entries, 0, entries.byteLength, (from / PAGE) * entries.BYTES_PER_ELEMENT);
  } finally {
    closeSync(pagemap);
  }
  return entries.filter((entry) => ((entry >> 56n) & 1n) === 1n).length;
}

function expectSame(): void {
  const [its, wanted] = [memoryOf(copy.tid), memoryOf(frozen.main.tid)];
  expect(its.map(({ area }) => area)).toEqual(wanted.map(({ area }) => area));
  const different = its.filter(({ bytes }, at) => !bytes.equals(present(wanted[at], 'the area').bytes));
  expect(different.map(({ area }) => area)).toEqual([]);
}

it('gets back what was written to, in every area', () => {
  for (const { from, to, name } of writable(areasOf(copy.tid))) {
    if (name === '[stack]') continue;
    for (let at = from; at < to; at += 7 * PAGE) write(at + 100, 'changed');
  }
  expect(memoryOf(copy.tid)).not.toEqual(memoryOf(frozen.main.tid));
  frozen.restoreMemory(copy);
  expectSame();
  // And again, though its pages are its own by now.
  write(address, 'changed');
  frozen.restoreMemory(copy);
  expectSame();
});

it('gets back what it gave back to the kernel', () => {
  copy.call(CALLS.madvise, address, 16 * PAGE, MADV_DONTNEED);
  frozen.restoreMemory(copy);
  expectSame();
});

it('loses what it took besides', () => {
  const heap = present(
    areasOf(copy.tid).find(({ name }) => name === '[heap]'),
    'the heap',
  );
  copy.call(CALLS.brk, heap.to + 50 * PAGE);
  write(heap.to + 10 * PAGE, 'more');
  const taken = copy.call(MMAP, 0, 100 * PAGE, PROT_READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
  write(taken + 50 * PAGE, 'more');
  copy.call(CALLS.mprotect, address + 32 * PAGE, 8 * PAGE, PROT_READ_WRITE);
  write(address + 33 * PAGE, 'more');
  frozen.restoreMemory(copy);
  expectSame();
  expect(areasOf(copy.tid)).toEqual(areasOf(frozen.main.tid));
  // What comes back when it is taken once more is empty, as the first time.
  copy.call(CALLS.brk, heap.to + 50 * PAGE);
  const memory = new ProcessMemory(copy.tid);
  expect(Buffer.from(memory.read(heap.to + 10 * PAGE, 4)).toString()).toBe('\0\0\0\0');
  memory.close();
});

it('another copy still has in common with the frozen process what this one gets back (pages looked written to once they had been read)', async () => {
  child.kill('SIGKILL');
  await once(child, 'exit');
  const other = frozen.cloneProcess();
  try {
    const pagesOfArea = () => ownPageCount(other.tid, address, 32);
    expect(pagesOfArea()).toBe(0);
    for (let page = 0; page < 32; page++) write(address + page * PAGE, 'changed');
    frozen.restoreMemory(copy);
    expectSame();
    expect(pagesOfArea()).toBe(0);
  } finally {
    libc.kill(other.tid, SIGKILL);
    other.awaitEnd();
  }
});

it('is refused when it has given up an area', () => {
  copy.call(CALLS.munmap, address, 4 * PAGE);
  expect(refusal(() => frozen.restoreMemory(copy)).message).toContain('other areas of memory');
});

it('the frozen process never goes on', () => {
  const status = readFileSync(`/proc/${frozen.main.tid}/status`, 'latin1');
  expect(status).toContain('State:\tt (tracing stop)');
});
