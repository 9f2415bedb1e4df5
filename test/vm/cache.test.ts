import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CacheShelf, cacheFolder, explain } from '../../src/vm/cache';

let root = '';
const KEPT = 2;
const shelf = () => new CacheShelf('things', KEPT, root);
const fill = (text: string) => (folder: string) => Promise.resolve(writeFileSync(join(folder, 'text'), text));
const age = (key: string, hours: number) => {
  const then = new Date(Date.now() - hours * 3600 * 1000);
  utimesSync(join(root, 'things', key), then, then);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packetspec-cache-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

describe('a shelf', () => {
  it('finds what was added', async () => {
    expect(shelf().find('a')).toBeUndefined();
    const folder = await shelf().add('a', fill('one'));
    expect(shelf().find('a')).toBe(folder);
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('one');
  });

  it('keeps the first when two make the same', async () => {
    await Promise.all([shelf().add('a', fill('one')), shelf().add('a', fill('two'))]);
    expect(readdirSync(join(root, 'things'))).toEqual(['a']);
  });

  it('holds nothing of what could not be made', async () => {
    await expect(shelf().add('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(readdirSync(join(root, 'things'))).toEqual([]);
  });

  it('removes what a killed maker has left, and nothing of one that lives', async () => {
    // The largest process id is 2^22 (PID_MAX_LIMIT).
    for (const maker of [2 ** 22 + 1, process.pid])
      mkdirSync(join(root, 'things', `.new-${maker}-77`), { recursive: true });
    await shelf().add('a', fill('one'));
    expect(readdirSync(join(root, 'things')).sort()).toEqual([`.new-${process.pid}-77`, 'a']);
  });

  it('removes what was not used for weeks, and the oldest of too many, but none that may be in use', async () => {
    for (const key of ['used', 'b', 'c', 'd', 'e']) await shelf().add(key, fill(key));
    age('b', 0.5);
    age('c', 5);
    age('d', 24 * 15);
    age('e', 6);
    await shelf().add('new', fill('new'));
    expect(readdirSync(join(root, 'things')).sort()).toEqual(['b', 'new', 'used']);
  });

  // Bug: one recipe stayed for each change of the product, for ever.
  it('removes what was said of entries weeks ago', async () => {
    await shelf().add('a', fill('a'));
    for (const recipe of ['recipe-old', 'recipe-new']) writeFileSync(join(root, 'things', recipe), 'a');
    age('recipe-old', 24 * 15);
    await shelf().add('new', fill('new'));
    expect(readdirSync(join(root, 'things')).sort()).toEqual(['a', 'new', 'recipe-new']);
  });

  it('forgets', async () => {
    const folder = await shelf().add('a', fill('one'));
    shelf().remove('a');
    expect(existsSync(folder)).toBe(false);
  });
});

describe('the cache folder', () => {
  // XDG Base Directory Specification: a path that is not absolute is to be ignored.
  it.each([
    ['/var/somewhere', '/var/somewhere/packetspec'],
    ['relative', join(process.env['HOME'] ?? '', '.cache/packetspec')],
  ])('of XDG_CACHE_HOME %s is %s', (value, expected) => {
    vi.stubEnv('XDG_CACHE_HOME', value);
    expect(cacheFolder()).toBe(expected);
  });
});

describe('an error of the file system', () => {
  const errno = (code: string) => Object.assign(new Error(`${code}: no`), { code });

  it.each([
    ['ENOSPC', 'vm-no-space'],
    ['EDQUOT', 'vm-no-space'],
    ['EROFS', 'vm-cache'],
  ])('%s is trouble of the kind %s', (code, kind) => {
    expect(explain(errno(code), '/cache')).toMatchObject({
      code: kind,
      hint: expect.stringContaining('XDG_CACHE_HOME'),
    });
  });

  it('is told from a defect', () => {
    const defect = new TypeError('no');
    expect(explain(defect, '/cache')).toBe(defect);
  });
});
