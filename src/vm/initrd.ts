/** What a kernel unpacks as its first file system: the image of the product, or a part of it, and that kernel's own modules. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type CpioEntry, writeCpio } from './cpio';
import { COMPILED_RUNNER, MODULES_FOLDER } from './guest-abi';
import { HandedFile } from './handed-file';
import type { Image } from './image';
import type { BootableKernel } from './vm';

const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;
const NUMBER_WIDTH = 3;

/** Which parts of the image (`vm/contents`) a guest has. */
export type Held = 'runner' | 'everything';

/**
 * The archives, one after the other: the kernel takes several in one file.
 * @param own further entries, in place of others of the same path
 */
export function openInitrd(
  image: Image,
  held: Held,
  { modules }: BootableKernel,
  own: readonly CpioEntry[] = [],
): HandedFile {
  const programs = held === 'everything' ? [readFileSync(image.programs)] : [];
  const entries: readonly CpioEntry[] = [
    { kind: 'folder', path: MODULES_FOLDER, mode: FOLDER_MODE },
    ...modules.map((file, index) => moduleEntry(file, index)),
    ...own,
  ];
  return HandedFile.beginningAs(image.runner, ...programs, ...writeCpio(entries));
}

/** What a guest has besides, that boots for its run and is not kept. */
export function compiledRunner({ compiled }: Image): CpioEntry {
  return fileEntry(COMPILED_RUNNER, compiled);
}

/** Names sort in the order of loading. */
function moduleEntry(file: string, index: number): CpioEntry {
  return fileEntry(`${MODULES_FOLDER}/${String(index).padStart(NUMBER_WIDTH, '0')}-${basename(file)}`, file);
}

function fileEntry(path: string, source: string): CpioEntry {
  return { kind: 'file', path, mode: FILE_MODE, modifiedAt: 0, content: readFileSync(source) };
}
