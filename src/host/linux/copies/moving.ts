/** Contents of pages, moved between this process and another, many at once. */
import { HostError } from '../../host';
import { addressOf, libc, succeed } from '../libc';
import { ProcessMemory } from './memory';

export const PAGE_BYTES = 4096;
/** IOV_MAX: a page may be a piece of its own. */
export const PAGES_AT_ONCE = 1024;
/** On x86-64. */
const PROCESS_VM_WRITEV = 311;
/** `struct iovec` in halves of its words: address and length, the lower half first. */
const HALVES_PER_VECTOR = 4;

/** A row of pages. */
export interface Piece {
  readonly from: number;
  readonly pages: number;
}

/** Pieces that are made of pages one after the other. */
export class PieceList {
  readonly #pieces: { readonly from: number; pages: number }[] = [];

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  /** Lengthens the last piece, when the page is the one behind it, as far as it goes into one call. */
  add(page: number): void {
    const last = this.#pieces.at(-1);
    const follows = last !== undefined && page === last.from + last.pages * PAGE_BYTES && last.pages < PAGES_AT_ONCE;
    if (follows) last.pages++;
    else this.#pieces.push({ from: page, pages: 1 });
  }
}

/** As many pieces as go into one call. */
export function batchesOf(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
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
function ioVectors(pieces: readonly Piece[]): Uint32Array {
  const halves = new Uint32Array(pieces.length * HALVES_PER_VECTOR);
  for (const [index, { from, pages }] of pieces.entries()) {
    const at = index * HALVES_PER_VECTOR;
    halves[at] = from;
    halves[at + 1] = Math.floor(from / 2 ** 32);
    halves[at + 2] = pages * PAGE_BYTES;
  }
  return halves;
}

export function bytesIn(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { pages }) => sum + pages, 0) * PAGE_BYTES;
}

/**
 * The contents of pages of another process, as many at once as `writePages` takes.
 * @throws HostError `system-call`
 */
export function* readPages(pid: number, pieces: readonly Piece[]): Iterable<Uint8Array> {
  const buffer = new Uint8Array(PAGES_AT_ONCE * PAGE_BYTES);
  const memory = new ProcessMemory(pid);
  try {
    for (const batch of batchesOf(pieces)) {
      let at = 0;
      for (const { from, pages } of batch) memory.fill(buffer.subarray(at, (at += pages * PAGE_BYTES)), from);
      yield buffer.subarray(0, at);
    }
  } finally {
    memory.close();
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
    const bytes = bytesIn(batch);
    read(buffer.subarray(0, bytes));
    yield write(pid, [{ from: addressOf(buffer), pages: bytes / PAGE_BYTES }], batch);
  }
}

/** From pieces of this process to pieces of another. @throws HostError `system-call`, also when it is not all */
export function write(pid: number, here: readonly Piece[], there: readonly Piece[]): void {
  const [from, to] = [ioVectors(here), ioVectors(there)];
  const written = libc.syscall(PROCESS_VM_WRITEV, pid, addressOf(from), here.length, addressOf(to), there.length, 0);
  if (succeed('process_vm_writev', written) !== bytesIn(there))
    throw new HostError('system-call', 'process_vm_writev: not all of it');
}
