/**
 * Files that are handed to QEMU as open descriptors. Most have no name: they are gone with the last process that has them
 * open, however that ends.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, explain } from './cache';

let made = 0;

export class HandedFile {
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** A file without a name. @throws VmError `vm-no-space` or `vm-cache` */
  static holding(...pieces: readonly Uint8Array[]): HandedFile {
    return HandedFile.#nameless(pieces, (path) => openSync(path, 'wx+'));
  }

  /**
   * A file without a name that begins as another one does: the kernel copies it, and this process reads nothing of it.
   * @throws VmError `vm-no-space` or `vm-cache`
   */
  static beginningAs(original: string, ...pieces: readonly Uint8Array[]): HandedFile {
    return HandedFile.#nameless(pieces, (path) => {
      copyFileSync(original, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      return openSync(path, 'a+');
    });
  }

  static #nameless(pieces: readonly Uint8Array[], open: (path: string) => number): HandedFile {
    const folder = cacheFolder();
    const path = join(folder, `.scratch-${process.pid}-${++made}`);
    try {
      mkdirSync(folder, { recursive: true });
      const fd = openedOnce(path, open);
      for (const piece of pieces) append(fd, piece);
      return new HandedFile(fd);
    } catch (error) {
      throw explain(error, folder);
    }
  }

  /** A file that stays: `wx+` to make it, `r` to read it, `r+` to change it. */
  static named(path: string, flags: 'wx+' | 'r' | 'r+'): HandedFile {
    return new HandedFile(openSync(path, flags));
  }

  /** What it holds now. */
  read(): Uint8Array {
    const bytes = Buffer.alloc(fstatSync(this.fd).size);
    const length = readSync(this.fd, bytes, 0, bytes.length, 0);
    return bytes.subarray(0, length);
  }

  close(): void {
    closeSync(this.fd);
  }
}

function openedOnce(path: string, open: (path: string) => number): number {
  try {
    return open(path);
  } finally {
    rmSync(path, { force: true });
  }
}

function append(fd: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
}
