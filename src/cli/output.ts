/**
 * Files that the user asked for: reports, traces and captures.
 *
 * What can be known before anything runs - a folder that cannot be made or written in, a path that is one, a file that
 * is asked for twice - is an `OutputError` then. What fails later, such as a full disk, must not lose the verdict: it is
 * noted, told once, and shows in the exit code.
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmdirSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../base/message';

/** A file that was asked for cannot be written. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** Writes are collected up to so many bytes, since a system call for each line of a long trace takes seconds. */
const CHUNK_BYTES = 1 << 16;

export class Outputs {
  readonly #troubles = new Map<string, Trouble>();
  readonly #reports: { readonly path: string; readonly descriptor: number }[] = [];
  readonly #paths = new Set<string>();

  /** One line for each report that could not be written whole, and for each folder with such files. */
  get problems(): readonly string[] {
    return [...this.#troubles.values()].map(({ path, reason, more }) => {
      const others = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'file' : 'files'} of this folder)`;
      return `${path} could not be written: ${reason}${others}`;
    });
  }

  /** Opens a file now, and answers with what writes to it. @throws OutputError */
  openFile(path: string): (text: string) => void {
    const descriptor = orOutputError(() => {
      const folder = dirname(path);
      mkdirSync(folder, { recursive: true });
      this.#claim(join(realpathSync(folder), basename(path)), path);
      return openSync(path, 'w');
    });
    this.#reports.push({ path, descriptor });
    return (text) => {
      // What follows a hole would only look like a report.
      if (!this.#troubles.has(path)) this.#attempt(path, path, () => writeWhole(descriptor, Buffer.from(text)));
    };
  }

  /** Makes a folder now, and answers with what writes files in it. @throws OutputError */
  openFolder(path: string): (name: string, parts: Iterable<string | Uint8Array>) => void {
    orOutputError(() => {
      mkdirSync(path, { recursive: true });
      // Rights, a file system that is read-only or makes no files: only trying tells.
      rmdirSync(mkdtempSync(join(path, '.packetspec-')));
    });
    return (name, parts) => this.#attempt(path, join(path, name), () => writeFile(join(path, name), parts));
  }

  close(): void {
    for (const { path, descriptor } of this.#reports.splice(0)) this.#attempt(path, path, () => closeSync(descriptor));
  }

  #claim(place: string, path: string): void {
    if (this.#paths.has(place)) throw new Error(`${path} is asked for twice`);
    this.#paths.add(place);
  }

  /** @param key what problems are told of: a report, or a folder */
  #attempt(key: string, path: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      const known = this.#troubles.get(key);
      if (known === undefined) this.#troubles.set(key, { path, reason: messageOf(error), more: 0 });
      else if (known.path !== path) known.more++;
    }
  }
}

/** What went wrong first, and with how many other files of the same folder. */
interface Trouble {
  readonly path: string;
  readonly reason: string;
  more: number;
}

function writeFile(path: string, parts: Iterable<string | Uint8Array>): void {
  const descriptor = openSync(path, 'w');
  try {
    for (const chunk of chunksOf(parts)) writeWhole(descriptor, chunk);
  } finally {
    closeSync(descriptor);
  }
}

function* chunksOf(parts: Iterable<string | Uint8Array>): Generator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for (const part of parts) {
    const buffer = Buffer.from(part);
    waiting.push(buffer);
    bytes += buffer.length;
    if (bytes < CHUNK_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  yield Buffer.concat(waiting);
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

function orOutputError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new OutputError(messageOf(error), { cause: error });
  }
}
