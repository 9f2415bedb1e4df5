/**
 * The file system of guests, as two archives, made from what is on this host and kept by its content. What it was made of
 * is kept beside it (the recipe), so that asking whether it is still good costs a look at each file, and no reading.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CacheShelf, cacheFolder, explain } from './cache';
import { compiledCode } from './compiled-runner';
import { type Contents, gatherContents, type Part } from './contents';
import { type CpioEntry, writeCpio } from './cpio';
import { loadedPart } from './loaded-part';
import { shared } from './shared';

export interface Image {
  /** Two images with the same content have the same. */
  readonly id: string;
  /** The archives of the two parts (`vm/contents`). */
  readonly runner: string;
  readonly programs: string;
  /** The code of the runner, compiled: no part of what makes the image this one, because it never is the same twice. */
  readonly compiled: string;
}

const SHELF = 'images';
/** Under the product's folder. */
const RUNNER = 'dist/guest.js';
/** Installations of the product beside each other, and a few changes of it. */
const KEPT = 4;
const KEY_LENGTH = 24;
/** Raised when the same files make another image. */
const FORM = 'image 2';
const MODE_MASK = 0o777;
const MS_PER_S = 1000;
/** Python compares their time with what stands in the compiled modules. */
const PYTHON_SOURCE = /\.py$/;

/**
 * The image of the product on this host.
 * @param root the folder that holds `dist/` and `node_modules/`
 * @throws VmError `vm-no-space` or `vm-cache`
 */
export function ensureImage(root: string): Promise<Image> {
  return shared(`image ${root}`, () => findOrMake(root));
}

async function findOrMake(root: string): Promise<Image> {
  const shelf = new CacheShelf(SHELF, KEPT);
  const recipePath = join(
    cacheFolder(),
    SHELF,
    `recipe-${hashOf([FORM, root, process.execPath, process.env['PATH'] ?? ''])}`,
  );
  const known = goodRecipe(recipePath);
  const found = known === undefined ? undefined : shelf.find(known);
  if (known !== undefined && found !== undefined) return imageIn(found, known);
  const contents = gatherContents(root);
  // Looked at before they are read: a file that changes meanwhile makes the recipe out of date.
  const looks = looksOf(contents);
  const folders = new Set<string>();
  const runner = writeCpio(entriesOf(contents.runner, folders));
  const programs = writeCpio(entriesOf(contents.programs, folders));
  const id = hashOf([...runner, ...programs]);
  const make = async (fresh: string): Promise<void> => {
    const image = imageIn(fresh, id);
    await writePieces(image.runner, runner);
    await writePieces(image.programs, programs);
    await writePieces(image.compiled, [compiledCode(readFileSync(join(root, RUNNER), 'utf8'))]);
  };
  const folder = shelf.find(id) ?? (await shelf.add(id, make));
  writeRecipe(recipePath, id, looks);
  return imageIn(folder, id);
}

function imageIn(folder: string, id: string): Image {
  return {
    id,
    runner: join(folder, 'runner.cpio'),
    programs: join(folder, 'programs.cpio'),
    compiled: join(folder, 'runner.compiled'),
  };
}

/** The id of the image that the recipe makes, if nothing of it has changed. */
function goodRecipe(path: string): string | undefined {
  let lines: readonly string[];
  try {
    lines = readFileSync(path, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const [id, ...looks] = lines;
  return looks.every((line) => line === lookAt(line.slice(line.indexOf(' ', line.indexOf(' ') + 1) + 1)))
    ? id
    : undefined;
}

function writeRecipe(path: string, id: string, looks: readonly string[]): void {
  const fresh = `${path}.${process.pid}`;
  try {
    writeFileSync(fresh, [id, ...looks].join('\n'));
    renameSync(fresh, path);
  } catch (error) {
    throw explain(error, path);
  }
}

function looksOf({ runner, programs, lookedAt }: Contents): readonly string[] {
  const files = [...runner.files, ...programs.files];
  // What is not a file of this host stands in the program that runs now.
  return [__filename, ...lookedAt, ...files.map(({ source }) => source)].map(lookAt);
}

/** Size, time of change and path; of what this user cannot see, the path alone. */
export function lookAt(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size} ${mtimeMs} ${path}`;
  } catch {
    // It is not there, or in a folder of the PATH that belongs to somebody else.
    return `- - ${path}`;
  }
}

/** Folders come before what is in them. @param made the paths of archives before this one, to which its own are added */
function entriesOf({ files, own }: Part, made: Set<string>): readonly CpioEntry[] {
  for (const { path } of own) made.add(path);
  const entries: CpioEntry[] = [...own];
  const addFolder = (path: string): void => {
    if (path === '' || made.has(path)) return;
    addFolder(path.slice(0, path.lastIndexOf('/')));
    made.add(path);
    entries.push({ kind: 'folder', path, mode: 0o755 });
  };
  for (const { path, source } of files) {
    addFolder(path.slice(0, path.lastIndexOf('/')));
    const { mode, mtimeMs } = statSync(source);
    // Others have theirs from when they were installed or built, which tells nothing.
    const modifiedAt = PYTHON_SOURCE.test(path) ? Math.floor(mtimeMs / MS_PER_S) : 0;
    entries.push({ kind: 'file', path, mode: mode & MODE_MASK, modifiedAt, content: loadedPart(readFileSync(source)) });
  }
  // A link may stand in a folder of theirs.
  return [...entries.filter(({ kind }) => kind !== 'link'), ...entries.filter(({ kind }) => kind === 'link')];
}

async function writePieces(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const fd = openSync(path, 'wx');
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
    }
  } finally {
    closeSync(fd);
  }
}

function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, KEY_LENGTH);
}
