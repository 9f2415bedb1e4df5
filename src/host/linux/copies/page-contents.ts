/**
 * What a process that never goes on has in its pages. It is read by /proc/PID/mem: for process_vm_readv(2) the kernel gives the
 * process pages of its own before it reads them (`gup_must_unshare`). Whatever had them in common with it would have them alone, and look as if it
 * had written to them.
 */
import { addressOf } from '../libc';
import { ProcessMemory } from './memory';
import { PAGE_BYTES, PAGES_AT_ONCE, type Piece, PieceList } from './moving';

const CHUNK_BYTES = PAGES_AT_ONCE * PAGE_BYTES;

/** Each page is read when it is asked for, once. */
export class PageContents {
  readonly #memory: ProcessMemory;
  /** Where in this process a page lies that is there in the other. */
  readonly #places = new Map<number, number>();
  /** Held, because the kernel is told addresses. The last one has room. */
  readonly #chunks: Uint8Array[] = [];
  #used = 0;

  constructor(pid: number) {
    this.#memory = new ProcessMemory(pid);
  }

  /** Pieces of this process with the same contents, page for page. @throws HostError `system-call` */
  of(pieces: readonly Piece[]): readonly Piece[] {
    const here = new PieceList();
    for (const { from, pages } of pieces) {
      const end = from + pages * PAGE_BYTES;
      for (let page = from; page < end; page += PAGE_BYTES) here.add(this.#places.get(page) ?? this.#read(page, end));
    }
    return here.pieces;
  }

  close(): void {
    this.#memory.close();
  }

  /** Reads pages up to the end, and at most up to one that is known. @returns where the first one lies now */
  #read(from: number, end: number): number {
    const { chunk, start } = this.#room();
    const last = Math.min(end, from + chunk.length - start);
    let to = from + PAGE_BYTES;
    while (to < last && !this.#places.has(to)) to += PAGE_BYTES;
    this.#memory.fill(chunk.subarray(start, start + to - from), from);
    const place = addressOf(chunk) + start;
    for (let at = 0; at < to - from; at += PAGE_BYTES) this.#places.set(from + at, place + at);
    this.#used = start + to - from;
    return place;
  }

  #room(): { readonly chunk: Uint8Array; readonly start: number } {
    const last = this.#chunks.at(-1);
    if (last !== undefined && this.#used < last.length) return { chunk: last, start: this.#used };
    const chunk = new Uint8Array(CHUNK_BYTES);
    this.#chunks.push(chunk);
    return { chunk, start: 0 };
  }
}
