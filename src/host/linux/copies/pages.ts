/**
 * Which pages of memory a copy of a process has that its original has not, as the kernel tells it (proc_pid_pagemap(5)): a page
 * that it wrote to is its own from then on, and all others it has in common with the frozen original, which keeps them.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { largest } from '../../../base/numbers';
import { HostError } from '../../host';
import { addressOf, libc, succeed } from '../libc';
import { type Area, areasOf, restoreAreas } from './areas';
import type { StoppedThread } from './stopped-thread';

export const PAGE_BYTES = 4096;
const ENTRY_BYTES = 8;
const WORDS_PER_ENTRY = 2;
/** In the upper half of an entry. */
const ENTRY = { present: 0x8000_0000, swapped: 0x4000_0000, ofFile: 0x2000_0000, ownPage: 0x0100_0000 } as const;
/** IOV_MAX: a page may be a piece of its own. */
const PAGES_AT_ONCE = 1024;
/** On x86-64. */
const MEMORY_CALLS = { process_vm_readv: 310, process_vm_writev: 311 } as const;
/** `struct iovec`. */
const WORDS_PER_VECTOR = 2;

/** A row of pages. */
export interface Piece {
  readonly from: number;
  readonly pages: number;
}

export class FrozenPages {
  readonly #pid: number;
  readonly #areas: readonly Area[];
  readonly #writable: readonly WritableArea[];
  /** For the entries of the largest area, and for pages on their way: made anew for each run, they keep the garbage collector busy. */
  readonly #entries: Uint32Array;
  readonly #buffer = new Uint8Array(PAGES_AT_ONCE * PAGE_BYTES);

  /** @param pid a process that never goes on. @throws HostError `system-call` */
  constructor(pid: number) {
    this.#pid = pid;
    this.#areas = areasOf(pid);
    const areas = writable(this.#areas);
    this.#entries = new Uint32Array(largest(0, areas.map(pagesOf)) * WORDS_PER_ENTRY);
    const entries = new PageEntries(pid, this.#entries);
    try {
      this.#writable = areas.map((area) => ({ ...area, kept: keptIn(entries.of(area)) }));
    } finally {
      entries.close();
    }
  }

  /** Gives a stopped copy what the frozen process has, wherever the two may differ. @throws HostError `system-call` */
  restore(copy: StoppedThread): void {
    restoreAreas(copy, this.#areas);
    copyMemory(this.#pid, copy.tid, this.#changedIn(copy.tid), this.#buffer);
  }

  #changedIn(pid: number): readonly Piece[] {
    const entries = new PageEntries(pid, this.#entries);
    try {
      return this.#writable.flatMap((area) => piecesOf(area.from, changedIn(entries.of(area), area.kept)));
    } finally {
      entries.close();
    }
  }
}

/** The pages of some areas that are in memory of the process's own. @throws HostError `system-call` */
export function ownPagesOf(pid: number, areas: readonly Area[]): readonly Piece[] {
  const entries = new PageEntries(pid, new Uint32Array(largest(0, areas.map(pagesOf)) * WORDS_PER_ENTRY));
  try {
    return areas.flatMap((area) => piecesOf(area.from, pagesIn(keptIn(entries.of(area)))));
  } finally {
    entries.close();
  }
}

/** @param kept 1 for each page that is one of them */
function pagesIn(kept: Uint8Array): readonly number[] {
  const found: number[] = [];
  for (let page = kept.indexOf(1); page >= 0; page = kept.indexOf(1, page + 1)) found.push(page);
  return found;
}

interface WritableArea extends Area {
  /** For each page: 1 when it is in memory of the process's own, and not that of a file. */
  readonly kept: Uint8Array;
}

/** @throws HostError `system-call`, when one is shared with other processes: what was written there cannot be told */
function writable(areas: readonly Area[]): readonly Area[] {
  const found = areas.filter(({ rights }) => rights.includes('w'));
  const shared = found.find(({ rights }) => !rights.endsWith('p'));
  if (shared !== undefined)
    throw new HostError('system-call', `memory that can be written to is shared with others: ${shared.name}`);
  return found;
}

function pagesOf({ from, to }: Area): number {
  return (to - from) / PAGE_BYTES;
}

function keptIn(entries: Uint32Array): Uint8Array {
  const kept = new Uint8Array(entries.length / WORDS_PER_ENTRY);
  for (let page = 0; page < kept.length; page++) kept[page] = isKept(upperHalf(entries, page)) ? 1 : 0;
  return kept;
}

/** Which pages of an area are not what they were, or may not be; in order. */
function changedIn(entries: Uint32Array, kept: Uint8Array): readonly number[] {
  const changed: number[] = [];
  for (let page = 0; page < kept.length; page++) {
    const entry = upperHalf(entries, page);
    if (isChanged(entry, kept[page] === 1)) changed.push(page);
  }
  return changed;
}

function upperHalf(entries: Uint32Array, page: number): number {
  return entries[page * WORDS_PER_ENTRY + 1] ?? 0;
}

/** Whether a page is in memory of the process's own, here or swapped out. */
function isKept(entry: number): boolean {
  return (entry & ENTRY.swapped) !== 0 || ((entry & ENTRY.present) !== 0 && (entry & ENTRY.ofFile) === 0);
}

/** @param kept whether the original has a page of its own there */
function isChanged(entry: number, kept: boolean): boolean {
  if ((entry & ENTRY.present) === 0) return kept || (entry & ENTRY.swapped) !== 0;
  return (entry & ENTRY.ownPage) !== 0 && (entry & ENTRY.ofFile) === 0;
}

function piecesOf(from: number, pages: readonly number[]): readonly Piece[] {
  const pieces: { readonly from: number; pages: number }[] = [];
  let row: { readonly from: number; pages: number } | undefined;
  for (const page of pages) {
    const at = from + page * PAGE_BYTES;
    if (row !== undefined && at === row.from + row.pages * PAGE_BYTES && row.pages < PAGES_AT_ONCE) row.pages++;
    else pieces.push((row = { from: at, pages: 1 }));
  }
  return pieces;
}

/** What the kernel tells of the pages of a process. */
class PageEntries {
  readonly #fd: number;
  readonly #room: Uint32Array;

  /** @param room for the entries of the largest area that is asked for */
  constructor(pid: number, room: Uint32Array) {
    this.#fd = openSync(`/proc/${pid}/pagemap`, 'r');
    this.#room = room;
  }

  /** Two words for each page, the lower half first; until the next call. */
  of(area: Area): Uint32Array {
    const words = this.#room.subarray(0, pagesOf(area) * WORDS_PER_ENTRY);
    const position = (area.from / PAGE_BYTES) * ENTRY_BYTES;
    if (readSync(this.#fd, words, 0, words.byteLength, position) !== words.byteLength)
      throw new HostError('system-call', 'the pages of a process are not told');
    return words;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** From the one process to the same places in the other. @param buffer room for `PAGES_AT_ONCE`. @throws HostError `system-call` */
function copyMemory(from: number, to: number, pieces: readonly Piece[], buffer: Uint8Array): void {
  for (const batch of batchesOf(pieces)) {
    move('process_vm_readv', from, batch, buffer);
    move('process_vm_writev', to, batch, buffer);
  }
}

/** As many pieces as go into one call. */
function batchesOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const batches: Piece[][] = [];
  let [batch, pages]: [Piece[], number] = [[], 0];
  for (const piece of pieces) {
    if (batch.length === 0 || pages + piece.pages > PAGES_AT_ONCE) {
      [batch, pages] = [[], 0];
      batches.push(batch);
    }
    batch.push(piece);
    pages += piece.pages;
  }
  return batches;
}

/** `struct iovec`, one for each piece. */
function ioVectors(pieces: readonly Piece[]): BigUint64Array {
  const vectors = new BigUint64Array(pieces.length * WORDS_PER_VECTOR);
  for (const [at, { from, pages }] of pieces.entries())
    vectors.set([BigInt(from), BigInt(pages * PAGE_BYTES)], at * WORDS_PER_VECTOR);
  return vectors;
}

export function bytesIn(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { pages }) => sum + pages, 0) * PAGE_BYTES;
}

/**
 * The contents of pages of another process, as many at once as go into one call.
 * @throws HostError `system-call`
 */
export function* readPages(pid: number, pieces: readonly Piece[]): Iterable<Uint8Array> {
  const buffer = new Uint8Array(PAGES_AT_ONCE * PAGE_BYTES);
  for (const batch of batchesOf(pieces)) {
    move('process_vm_readv', pid, batch, buffer);
    yield buffer.subarray(0, bytesIn(batch));
  }
}

/**
 * Fills pages of another process, as many at once as go into one call. It has fewer exceptions than a process that does so itself.
 * @param read is to fill what it is given
 * @throws HostError `system-call`
 */
export function* writePages(pid: number, pieces: readonly Piece[], read: (into: Uint8Array) => void): Iterable<void> {
  const buffer = new Uint8Array(PAGES_AT_ONCE * PAGE_BYTES);
  for (const batch of batchesOf(pieces)) {
    read(buffer.subarray(0, bytesIn(batch)));
    yield move('process_vm_writev', pid, batch, buffer);
  }
}

/** Between a buffer of this process and pieces of the memory of another. @throws HostError `system-call`, also when it is not all */
function move(name: keyof typeof MEMORY_CALLS, pid: number, pieces: readonly Piece[], buffer: Uint8Array): void {
  const bytes = bytesIn(pieces);
  const here = BigUint64Array.of(BigInt(addressOf(buffer)), BigInt(bytes));
  const there = ioVectors(pieces);
  const moved = libc.syscall(MEMORY_CALLS[name], pid, addressOf(here), 1, addressOf(there), pieces.length, 0);
  if (succeed(name, moved) !== bytes) throw new HostError('system-call', `${name}: not all of it`);
}
