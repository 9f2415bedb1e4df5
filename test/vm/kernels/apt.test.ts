import { describe, expect, it } from 'vitest';
import { fieldOf, mirrorFrom, privateOptions, sourceLine, wayOut } from '../../../src/vm/kernels/apt';

describe('the mirror', () => {
  it('is the one of Debian itself', () => {
    const targets =
      'Debian|Debian-Security|http://m/debian-security/\nNodesource|Nodesource|http://n/\nDebian|Debian|http://m/debian/\n';
    expect(mirrorFrom(targets, 'debian')).toBe('http://m/debian/');
    expect(mirrorFrom(targets, 'debian-security')).toBe('http://m/debian-security/');
  });

  it('is none on another system', () => {
    expect(mirrorFrom('Ubuntu|Ubuntu|http://u/\n', 'debian')).toBeUndefined();
    expect(mirrorFrom('', 'debian-security')).toBeUndefined();
  });

  it('has the archives side by side', () => {
    expect(mirrorFrom('Debian|Debian|http://m/x/debian/', 'debian-security')).toBe('http://m/x/debian-security/');
    expect(mirrorFrom('Debian|Debian|http://m/debian', 'debian-security')).toBe('http://m/debian-security/');
  });
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
  expect(sourceLine('http://m/debian/', 'sid')).toMatch(
    /^deb \[arch=amd64 signed-by=\S+\] http:\/\/m\/debian\/ sid main\n$/,
  );
});

// What apt 2.6 prints, shortened.
it.each([
  ['W: GPG error: NO_PUBKEY 6ED0E7B82643E131\nE: The repository is not signed.', 'debian-archive-keyring'],
  ["E: The repository 'http://m/debian trixie Release' does not have a Release file.", 'still have trixie'],
  ['E: Release file for http://m/InRelease is expired (invalid since 3d)', 'clock'],
  [
    'E: Failed to fetch http://m/InRelease  Could not connect to m (1.2.3.4). - connect (111: Connection refused)',
    'network',
  ],
  ["E: Failed to fetch http://m/InRelease  Could not resolve 'm'", 'network'],
  ['', '--kernel PATH'],
  ['E: Write error - write (28: No space left on device)', 'kernels rm'],
])('the way out of %j', (complaint, words) => {
  expect(wayOut(complaint, 'trixie')).toContain(words);
});
