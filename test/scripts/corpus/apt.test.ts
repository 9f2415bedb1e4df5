import { describe, expect, it } from 'vitest';
import { fieldOf, mirrorFrom, newestSource, privateOptions, sourceLine } from '../../../scripts/corpus/apt';

describe('the mirror', () => {
  it('is the one of Debian itself', () => {
    const targets =
      'Debian|Debian-Security|http://m/debian-security/\nNodesource|Nodesource|http://n/\nDebian|Debian|http://m/debian/\n';
    expect(mirrorFrom(targets)).toBe('http://m/debian/');
  });

  it('is none on another system', () => {
    expect(mirrorFrom('Ubuntu|Ubuntu|http://u/\n')).toBeUndefined();
    expect(mirrorFrom('')).toBeUndefined();
  });
});

it('the newest source is so by number, and the metapackage is none', () => {
  const listing = [
    'linux-source - Linux kernel source (meta-package)',
    'linux-source-7.2 - Linux kernel source for version 7.2',
    'linux-source-7.10 - Linux kernel source for version 7.10',
    'linux-source-6.19 - Linux kernel source for version 6.19',
  ].join('\n');
  expect(newestSource(listing)).toBe('linux-source-7.10');
  expect(newestSource('linux-source - x')).toBeUndefined();
});

it('a field is that of a paragraph', () => {
  expect(fieldOf('Version', 'Package: a\nVersion: 7.2.13-1\n')).toBe('7.2.13-1');
  expect(fieldOf('Version', 'Package: a\n')).toBeUndefined();
});

it('everything that apt writes lies in the folder, and its source is signed', () => {
  const options = privateOptions('/cache/apt').filter((option) => option !== '-o');
  const folders = options.filter((option) => /^Dir::(?:State|Cache|Etc::SourceList)/.test(option));
  expect(folders.length).toBe(4);
  for (const option of folders) expect(option).toContain('=/cache/apt/');
  expect(sourceLine('http://m/debian/')).toMatch(/^deb \[signed-by=\S+\] http:\/\/m\/debian\/ sid main\n$/);
});
