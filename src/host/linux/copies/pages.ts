/**
 * Which pages of memory a copy of a process has that its original has not, as the kernel tells it (proc_pid_pagemap(5)): a page
 * that it wrote to is its own from then on, and all others it has in common with the frozen original, which keeps them.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { largest } from '../../../base/numbers';
import { HostError } from '../../host';
import { type Area, areasOf, restoreAreas } from './areas';
import { batchesOf, PAGE_BYTES, type Piece, PieceList, write } from './moving';
import { PageContents } from './page-contents';
import type { StoppedThread } from './stopped-thread';

const ENTRY_BYTES = 8;
const WORDS_PER_ENTRY = 2;
/** In the upper half of an entry. */
const ENTRY = { present: 0x8000_0000, swapped: 0x4000_0000, ofFile: 0x2000_0000, ownPage: 0x0100_0000 } as const;

export class FrozenPages {
  readonly #areas: readonly Area[];
  readonly #writable: readonly WritableArea[];
  /** For the entries of the largest area: made anew for each run, it keeps the garbage collector busy. */
  readonly #entries: Uint32Array;
  readonly #contents: PageContents;

  /** @param pid a process that never goes on. @throws HostError `system-call` */
  constructor(pid: number) {
    this.#areas = areasOf(pid);
    const areas = writable(this.#areas);
    this.#entries = new Uint32Array(largest(0, areas.map(pagesOf)) * WORDS_PER_ENTRY);
    const entries = new PageEntries(pid, this.#entries);
    try {
      this.#writable = areas.map((area) => ({ ...area, kept: keptIn(entries.of(area)) }));
    } finally {
      entries.close();
    }
    this.#contents = new PageContents(pid);
  }

  /** Gives a stopped copy what the frozen process has, wherever the two may differ. @throws HostError `system-call` */
  restore(copy: StoppedThread): void {
    restoreAreas(copy, this.#areas);
    for (const batch of batchesOf(this.#changedIn(copy.tid))) write(copy.tid, this.#contents.of(batch), batch);
  }

  close(): void {
    this.#contents.close();
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
  const list = new PieceList();
  for (const page of pages) list.add(from + page * PAGE_BYTES);
  return list.pieces;
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
