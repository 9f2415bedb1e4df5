import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './command';

/** The settings of the tools: a proof that a rule bites is worth something only under the project's own settings. */
const SETTINGS = [
  'package.json',
  'tsconfig.json',
  'biome.json',
  'knip.jsonc',
  '.oxlintrc.json',
  '.dependency-cruiser.js',
  'scripts/check/arrows.js',
];

/**
 * Makes a small project outside the tree with the settings of this one and the given files, and removes it again
 * when the work is done. A given file replaces a setting of the same name.
 */
export async function inWorkshop<Result>(
  files: ReadonlyMap<string, string>,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'packetspec-check-'));
  try {
    for (const file of SETTINGS) cpSync(join(ROOT, file), join(folder, file));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const [file, text] of files) writeInto(folder, file, text);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeInto(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}
