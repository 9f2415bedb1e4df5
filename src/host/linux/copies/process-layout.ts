/** The addresses that the kernel keeps for a process: where its heap, stack, arguments and environment are. */
import { readFileSync } from 'node:fs';
import { addressOf, libc } from '../libc';
import type { ProcessMemory } from './memory';
import type { StoppedThread } from './stopped-thread';
import { CALLS } from './x86-64';

const PR_SET_MM = 35;
const PR_SET_MM_MAP = 14;
const PR_SET_MM_MAP_SIZE = 15;
/** `struct prctl_mm_map`: eleven addresses, then one and two numbers for what stays as it is. */
const MAP_BYTES = 104;
const NO_EXECUTABLE_AT = 100;
/** Fields of proc_pid_stat(5), counted from the state, which comes behind the name. */
const FIELDS = { code: 23, stack: 25, data: 42, heap: 44, arguments: 45, environment: 47 } as const;

export interface ProcessLayout {
  readonly code: Span;
  readonly data: Span;
  /** What brk(2) lengthens. */
  readonly heap: Span;
  readonly stack: number;
  readonly arguments: Span;
  readonly environment: Span;
}

export type Span = readonly [from: number, to: number];

/** Whether a process may be given another layout: since Linux 3.18, where checkpoints are configured. */
export function canSetLayout(): boolean {
  const bytes = new Uint32Array(1);
  return libc.prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, addressOf(bytes), 0, 0) === 0 && bytes[0] === MAP_BYTES;
}

/** @throws HostError `system-call` */
export function layoutOf(thread: StoppedThread): ProcessLayout {
  const stat = readFileSync(`/proc/${thread.tid}/stat`, 'latin1');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const span = (at: number): Span => [fields[at] ?? 0, fields[at + 1] ?? 0];
  return {
    code: span(FIELDS.code),
    data: span(FIELDS.data),
    heap: [fields[FIELDS.heap] ?? 0, thread.call(CALLS.brk, 0)],
    stack: fields[FIELDS.stack] ?? 0,
    arguments: span(FIELDS.arguments),
    environment: span(FIELDS.environment),
  };
}

/** @param scratch a place in its memory. @throws HostError `system-call` */
export function setLayout(thread: StoppedThread, memory: ProcessMemory, layout: ProcessLayout, scratch: number): void {
  const { code, data, heap, stack, arguments: its, environment } = layout;
  const map = new DataView(new ArrayBuffer(MAP_BYTES));
  for (const [index, address] of [...code, ...data, ...heap, stack, ...its, ...environment].entries())
    map.setBigUint64(index * BigUint64Array.BYTES_PER_ELEMENT, BigInt(address), true);
  map.setInt32(NO_EXECUTABLE_AT, -1, true);
  memory.write(scratch, new Uint8Array(map.buffer));
  thread.call(CALLS.prctl, PR_SET_MM, PR_SET_MM_MAP, scratch, MAP_BYTES, 0);
}
