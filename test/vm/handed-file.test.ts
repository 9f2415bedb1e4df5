import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HandedFile } from '../../src/vm/handed-file';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packetspec-handed-'));
  vi.stubEnv('XDG_CACHE_HOME', root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

it('a file without a name holds its pieces and leaves nothing in its folder', () => {
  const file = HandedFile.holding(Buffer.from('one'), Buffer.from('two'));
  expect(Buffer.from(file.read()).toString()).toBe('onetwo');
  expect(readdirSync(join(root, 'packetspec'))).toEqual([]);
  file.close();
});

it('a file that begins as another one goes on with its pieces, and the other stays as it is', () => {
  const original = join(root, 'original');
  writeFileSync(original, 'zero', { mode: 0o444 });
  const file = HandedFile.beginningAs(original, Buffer.from('one'), Buffer.from('two'));
  expect(Buffer.from(file.read()).toString()).toBe('zeroonetwo');
  expect(readFileSync(original, 'utf8')).toBe('zero');
  expect(readdirSync(join(root, 'packetspec'))).toEqual([]);
  file.close();
  expect(() => HandedFile.beginningAs(join(root, 'none'))).toThrow(expect.objectContaining({ code: 'vm-cache' }));
  expect(readdirSync(join(root, 'packetspec'))).toEqual([]);
});

it('a file with a name is made once', () => {
  const path = join(root, 'named');
  HandedFile.named(path, 'wx+').close();
  expect(() => HandedFile.named(path, 'wx+')).toThrow('EEXIST');
  HandedFile.named(path, 'r').close();
});

it('a cache that cannot be written is trouble, with the way out', () => {
  const file = join(root, 'no-folder');
  writeFileSync(file, '');
  vi.stubEnv('XDG_CACHE_HOME', file);
  expect(() => HandedFile.holding()).toThrow(expect.objectContaining({ code: 'vm-cache' }));
});
