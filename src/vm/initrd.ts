/** What a kernel unpacks as its first file system: the image of the product, and that kernel's own modules. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type CpioEntry, writeCpio } from './cpio';
import { MODULES_FOLDER } from './guest-abi';
import type { Image } from './image';
import type { BootableKernel } from './vm';

const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;
const NUMBER_WIDTH = 3;

/** The archives, one after the other: the kernel takes several in one file. */
export function initrdPieces(image: Image, { modules }: BootableKernel): readonly Uint8Array[] {
  const entries: readonly CpioEntry[] = [
    { kind: 'folder', path: MODULES_FOLDER, mode: FOLDER_MODE },
    ...modules.map((file, index) => moduleEntry(file, index)),
  ];
  return [readFileSync(image.path), ...writeCpio(entries)];
}

/** Names sort in the order of loading. */
function moduleEntry(file: string, index: number): CpioEntry {
  const path = `${MODULES_FOLDER}/${String(index).padStart(NUMBER_WIDTH, '0')}-${basename(file)}`;
  return { kind: 'file', path, mode: FILE_MODE, modifiedAt: 0, content: readFileSync(file) };
}
