import { posix } from 'node:path';
import { pathsLike, type Tree } from '../tree';
import type { HouseRule } from './house-rule';

/** `[text](target)`, outside of code. */
const LINK = /\[[^\]]*\]\((?<target>[^)\s]+)[^)]*\)/g;

export const docLinks: HouseRule = {
  name: 'doc-links',
  reason: 'A link in the documentation leads to a file, and to a heading in it, that exist.',
  find: (tree) =>
    pathsLike(tree, /\.md$/).flatMap((path) =>
      [...withoutCode(tree.get(path) ?? '').matchAll(LINK)]
        .map(({ groups }) => groups?.['target'] ?? '')
        .filter((target) => !/^[a-z]+:/.test(target) && !resolves(tree, path, target))
        .map((target) => `${path}: the link ${target} leads nowhere`),
    ),
  bites: [
    { files: { 'README.md': 'See [the guide](docs/guide.md).' }, complaintOn: 'README.md' },
    { files: { 'README.md': '[guide](docs/guide.md#queues)', 'docs/guide.md': '# Ports\n' }, complaintOn: 'README.md' },
    { files: { 'docs/a.md': '# The `A`\n[up](#the-a) [here](../docs) [nowhere](#the-b)' }, complaintOn: 'docs/a.md' },
  ],
};

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, 'code');
}

function resolves(tree: Tree, from: string, target: string): boolean {
  const [place = '', anchor] = target.split('#');
  const path = place === '' ? from : posix.normalize(posix.join(posix.dirname(from), place)).replace(/\/$/, '');
  const text = tree.get(path);
  if (text === undefined) return anchor === undefined && isFolder(tree, path);
  return anchor === undefined || !path.endsWith('.md') || anchorsOf(text).includes(anchor);
}

function isFolder(tree: Tree, path: string): boolean {
  return path === '.' || [...tree.keys()].some((file) => file.startsWith(`${path}/`));
}

/** The anchors that a page of Markdown gets from its headings. */
function anchorsOf(text: string): string[] {
  return [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) =>
    heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
