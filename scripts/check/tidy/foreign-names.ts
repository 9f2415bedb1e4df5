import type { HouseRule } from './house-rule';

/** What must not be named, built so that this file does not name it either. */
const FOREIGN = [
  { what: 'the path of one machine', pattern: /(?<![\w.:/-])\/(?:root|home|work|Users)\/[\w.-]+/g },
  {
    what: 'a package registry or mirror',
    pattern: /\b(?:registry|deb|security)\.[a-z]+(?:js)?\.(?:org|com|net|io)\b/g,
  },
  { what: 'where a package came from', pattern: /"resolved": *"https?:/g },
];

export const foreignNames: HouseRule = {
  name: 'foreign-names',
  reason: 'A clone works on any machine: nothing in it names the machine, or the mirror, that it was written on.',
  find: (tree) =>
    [...tree].flatMap(([path, text]) =>
      FOREIGN.flatMap(({ what, pattern }) =>
        (text.match(pattern) ?? []).map((name) => `${path}: names ${what}: ${name}`),
      ),
    ),
  bites: [
    { files: { 'docs/guide.md': `see ${['', 'root', 'notes.txt'].join('/')}` }, complaintOn: 'docs/guide.md' },
    { files: { '.npmrc': `x=${['registry', 'npmjs', 'org'].join('.')}` }, complaintOn: '.npmrc' },
    { files: { 'package-lock.json': '"resolved": ' + '"https://a/b.tgz"' }, complaintOn: 'package-lock.json' },
  ],
};
