/**
 * The areas of a process's memory (proc_pid_maps(5)), and how those of a copy are made again what they were. A program that takes
 * more memory lengthens an area, or has one more: there are calls to undo that. One that has given some back cannot be helped.
 */
import { readFileSync } from 'node:fs';
import { HostError } from '../../host';
import type { StoppedThread } from './stopped-thread';
import { CALLS } from './x86-64';

const AREA = /^([\da-f]+)-([\da-f]+) (....) ([\da-f]+) \S+ \S+ *(.*)$/;
const FLAGS = /^VmFlags:(.*)$/;
const NO_RIGHTS = '---p';
/** The name of what brk(2) lengthens. */
export const HEAP = '[heap]';
const MADV_DONTNEED = 4;
const PROT_NONE = 0;

/** Memory with one name and one set of rights. */
export interface Area {
  readonly from: number;
  readonly to: number;
  /** As `rw-p`. */
  readonly rights: string;
  readonly name: string;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export function areasOf(pid: number): readonly Area[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n');
  return lines.flatMap((line) => {
    const area = areaIn(line);
    if (area === undefined) return [];
    const { from, to, rights, name } = area;
    return [{ from, to, rights, name }];
  });
}

/** What it takes to make an area anew. */
export interface DescribedArea extends Area {
  /** Where it begins in its file. */
  readonly offset: number;
  /** As proc_pid_smaps(5) calls them. */
  readonly flags: readonly string[];
}

/** Takes the kernel longer than `areasOf`. */
export function describedAreasOf(pid: number): readonly DescribedArea[] {
  const areas: DescribedArea[] = [];
  let found: ReturnType<typeof areaIn>;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'latin1').split('\n')) {
    const flags = FLAGS.exec(line)?.[1];
    if (flags === undefined) found = areaIn(line) ?? found;
    else if (found !== undefined) areas.push({ ...found, flags: flags.trim().split(' ') });
  }
  return areas;
}

function areaIn(line: string): Omit<DescribedArea, 'flags'> | undefined {
  const [, from, to, rights, offset, name] = AREA.exec(line) ?? [];
  if (from === undefined || to === undefined || rights === undefined || offset === undefined) return undefined;
  const [first, end, start] = [from, to, offset].map((digits) => Number.parseInt(digits, 16));
  return { from: first ?? 0, to: end ?? 0, rights, offset: start ?? 0, name: name ?? '' };
}

/**
 * Undoes what a copy has added to its memory.
 * @param copy any of its threads
 * @throws HostError `system-call`, when its memory differs in another way too
 */
export function restoreAreas(copy: StoppedThread, frozen: readonly Area[]): void {
  const now = areasOf(copy.tid);
  if (areSame(now, frozen)) return;
  for (const area of now) {
    if (area.rights === NO_RIGHTS || frozen.some((one) => isSame(one, area))) continue;
    shrink(copy, area, frozen);
  }
  if (!areSame(areasOf(copy.tid), frozen))
    throw new HostError('system-call', `process ${copy.tid} has other areas of memory than it began with`);
}

function shrink(copy: StoppedThread, area: Area, frozen: readonly Area[]): void {
  const before = frozen.filter(({ from, to }) => from < area.to && to > area.from);
  // What was added may be an area of its own. Were that only unmapped, brk(2) would believe it to be there.
  const heap = frozen.findLast(({ name }) => name === HEAP);
  if (area.name === HEAP && heap !== undefined) {
    copy.call(CALLS.brk, heap.to);
    return;
  }
  for (const { from, to } of before.filter(({ rights }) => rights === NO_RIGHTS)) {
    const [start, end] = [Math.max(from, area.from), Math.min(to, area.to)];
    copy.call(CALLS.madvise, start, end - start, MADV_DONTNEED);
    copy.call(CALLS.mprotect, start, end - start, PROT_NONE);
  }
  for (const { from, to } of without(area, before)) copy.call(CALLS.munmap, from, to - from);
}

/** What is left of a range when others are taken out, which are in order. */
function without({ from, to }: Range, others: readonly Range[]): readonly Range[] {
  const left: Range[] = [];
  let at = from;
  for (const other of others) {
    if (other.from > at) left.push({ from: at, to: other.from });
    at = Math.max(at, other.to);
  }
  if (at < to) left.push({ from: at, to });
  return left;
}

function areSame(some: readonly Area[], others: readonly Area[]): boolean {
  return some.length === others.length && some.every((area, at) => isSame(area, others[at]));
}

function isSame(one: Area, other: Area | undefined): boolean {
  return one.from === other?.from && one.to === other.to && one.rights === other.rights && one.name === other.name;
}
