import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files by path relative to the top, with `/` between the parts. What the house rules read. */
export type Tree = ReadonlyMap<string, string>;

/** Folders that are made, not written; the same as in .gitignore. */
const MADE = new Set(['.git', 'node_modules', 'dist', 'coverage', '.vagrant']);

/** Reads every text file below a folder. Binary files, known by a zero byte, stay away. */
export function readTree(root: string, folder = ''): Tree {
  const tree = new Map<string, string>();
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !MADE.has(entry.name)) {
      for (const [inner, text] of readTree(root, path)) tree.set(inner, text);
    }
    if (entry.isFile()) {
      const text = readFileSync(join(root, path), 'utf8');
      if (!text.includes('\0')) tree.set(path, text);
    }
  }
  return tree;
}

/** The paths of a tree that match a pattern, in order. */
export function pathsLike(tree: Tree, pattern: RegExp): string[] {
  return [...tree.keys()].filter((path) => pattern.test(path)).toSorted();
}
