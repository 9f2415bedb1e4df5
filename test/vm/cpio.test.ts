import { describe, expect, it } from 'vitest';
import { type CpioEntry, writeCpio } from '../../src/vm/cpio';

const FIELDS = [
  'ino',
  'mode',
  'uid',
  'gid',
  'nlink',
  'mtime',
  'filesize',
  'maj',
  'min',
  'rmaj',
  'rmin',
  'namesize',
  'chksum',
];

/** As the kernel reads it: Documentation/driver-api/early-userspace/buffer-format.rst. */
function unpack(archive: Buffer): { name: string; content: string; fields: Record<string, number> }[] {
  const found = [];
  for (let at = 0; at < archive.length; ) {
    expect(archive.toString('latin1', at, at + 6)).toBe('070701');
    const number = (index: number) => parseInt(archive.toString('latin1', at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const fields = Object.fromEntries(FIELDS.map((field, index) => [field, number(index)]));
    const nameAt = at + 110;
    const nameEnd = nameAt + (fields['namesize'] ?? 0);
    const contentAt = (nameEnd + 3) & ~3;
    const contentEnd = contentAt + (fields['filesize'] ?? 0);
    expect(archive[nameEnd - 1]).toBe(0);
    const name = archive.toString('utf8', nameAt, nameEnd - 1);
    found.push({ name, content: archive.toString('utf8', contentAt, contentEnd), fields });
    at = (contentEnd + 3) & ~3;
  }
  return found;
}

const ENTRIES: readonly CpioEntry[] = [
  { kind: 'folder', path: '/etc', mode: 0o755 },
  { kind: 'file', path: '/etc/motd', mode: 0o644, modifiedAt: 1_700_000_000, content: Buffer.from('five!') },
  { kind: 'link', path: '/bin', target: 'usr/bin' },
  { kind: 'character-device', path: '/dev/null', mode: 0o666, major: 1, minor: 3 },
];

describe('an archive', () => {
  const unpacked = unpack(Buffer.concat(writeCpio(ENTRIES)));

  it('holds every entry under its path, and ends with the trailer', () => {
    expect(unpacked.map(({ name }) => name)).toEqual(['etc', 'etc/motd', 'bin', 'dev/null', 'TRAILER!!!']);
  });

  it('has modes as stat(2) gives them', () => {
    expect(unpacked.map(({ fields }) => fields['mode']?.toString(8))).toEqual([
      '40755',
      '100644',
      '120777',
      '20666',
      '0',
    ]);
  });

  it('keeps contents, times, targets of links and numbers of devices', () => {
    expect(unpacked[1]).toMatchObject({ content: 'five!', fields: { mtime: 1_700_000_000, uid: 0, gid: 0, nlink: 1 } });
    expect(unpacked[2]?.content).toBe('usr/bin');
    expect(unpacked[3]?.fields).toMatchObject({ rmaj: 1, rmin: 3 });
  });

  it('is the same bytes for the same entries', () => {
    expect(Buffer.concat(writeCpio(ENTRIES))).toEqual(Buffer.concat(writeCpio(ENTRIES)));
  });
});
