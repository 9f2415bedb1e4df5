/**
 * Files that the user asked for: reports and traces.
 *
 * What can be known before anything runs - a folder that cannot be made, a path that is one - is an `OutputError` then.
 * What fails later, such as a full disk, must not lose the verdict: it is noted, told once, and shows in the exit code.
 */
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file that was asked for cannot be written. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

export class Outputs {
  readonly #problems = new Map<string, string>();
  readonly #descriptors: number[] = [];

  /** One line for each file that could not be written whole. */
  get problems(): readonly string[] {
    return [...this.#problems.values()];
  }

  /** Opens a file now, and answers with what writes to it. @throws OutputError */
  openFile(path: string): (text: string) => void {
    const descriptor = orOutputError(() => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, 'w');
    });
    this.#descriptors.push(descriptor);
    return (text) => this.#attempt(path, () => writeWhole(descriptor, Buffer.from(text)));
  }

  /** Makes a folder now, and answers with what writes files in it. @throws OutputError */
  openFolder(path: string): (name: string, text: string) => void {
    orOutputError(() => mkdirSync(path, { recursive: true }));
    return (name, text) => this.#attempt(join(path, name), () => writeFileSync(join(path, name), text));
  }

  close(): void {
    for (const descriptor of this.#descriptors.splice(0)) closeSync(descriptor);
  }

  #attempt(path: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#problems.set(path, `${path} could not be written: ${messageOf(error)}`);
    }
  }
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
