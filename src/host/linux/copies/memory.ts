/** The memory of another process. */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { HostError } from '../../host';
import { type Area, areasOf, HEAP } from './areas';
import type { StoppedThread } from './stopped-thread';
import { CALLS } from './x86-64';

const MADV_DOFORK = 11;
const AREA = /^([\da-f]+)-([\da-f]+) /;
/** `dc` among the flags of an area: MADV_DONTFORK. */
const NOT_COPIED = /^VmFlags:.* dc\b/;
/** Larger areas hold other things. */
const LARGEST_SEARCHED_BYTES = 64 * 2 ** 20;

export class ProcessMemory {
  readonly #fd: number;

  /** Of a process that this one traces, or is the parent of. */
  constructor(pid: number) {
    this.#fd = openSync(`/proc/${pid}/mem`, 'r+');
  }

  read(address: number, length: number): Uint8Array {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(this.#fd, bytes, 0, length, address));
  }

  /** @throws HostError `system-call`, when it does not have all of that */
  fill(bytes: Uint8Array, address: number): void {
    if (readSync(this.#fd, bytes, 0, bytes.length, address) !== bytes.length)
      throw new HostError('system-call', `${bytes.length} bytes at ${address} are not to be had`);
  }

  write(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at, address + at);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Has the kernel copy those areas too that the process wants to keep from its children. */
export function allowCopying(thread: StoppedThread): void {
  for (const [from, to] of areasNotCopied(readFileSync(`/proc/${thread.tid}/smaps`, 'latin1')))
    thread.call(CALLS.madvise, from, to - from, MADV_DOFORK);
}

/** @param smaps as proc_pid_smaps(5) describes it */
function areasNotCopied(smaps: string): readonly (readonly [from: bigint, to: bigint])[] {
  const areas: [bigint, bigint][] = [];
  let area: [bigint, bigint] | undefined;
  for (const line of smaps.split('\n')) {
    const [, from, to] = AREA.exec(line) ?? [];
    if (from !== undefined && to !== undefined) area = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
    else if (area !== undefined && NOT_COPIED.test(line)) areas.push(area);
  }
  return areas;
}

/** Readable, writable, private memory without a file: what a program allocates. */
function isAllocated({ rights, name }: Area): boolean {
  return rights === 'rw-p' && (name === '' || name === HEAP);
}

/** Where a process keeps these bytes. @throws HostError `system-call`, when it does not */
export function findInMemory(pid: number, bytes: Uint8Array): number {
  const memory = new ProcessMemory(pid);
  try {
    for (const area of areasOf(pid)) {
      const length = area.to - area.from;
      if (!isAllocated(area) || length > LARGEST_SEARCHED_BYTES) continue;
      const at = Buffer.from(memory.read(area.from, length)).indexOf(bytes);
      if (at >= 0) return area.from + at;
    }
  } finally {
    memory.close();
  }
  throw new HostError('system-call', `process ${pid} does not keep what was looked for`);
}
