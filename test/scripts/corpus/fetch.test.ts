/** Takes scripts out of a small package that is made like Debian's. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CorpusError, cachedCorpus, cacheFolder, newestSource, unpackCorpus } from '../../../scripts/corpus/fetch';

const SCRIPTS = 'tools/testing/selftests/net/packetdrill';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-corpus-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function deb(version: string, path: string): string {
  const work = mkdtempSync(join(folder, 'work-'));
  const tree = join(work, 'linux-source-9.1');
  mkdirSync(join(tree, path), { recursive: true });
  writeFileSync(join(tree, path, 'a.pkt'), `version ${version}\n`);
  writeFileSync(join(tree, 'Makefile'), '');
  mkdirSync(join(work, 'package/usr/src'), { recursive: true });
  mkdirSync(join(work, 'package/DEBIAN'));
  execFileSync('tar', ['-cJf', join(work, 'package/usr/src/linux-source-9.1.tar.xz'), '-C', work, 'linux-source-9.1']);
  const fields = `Package: linux-source-9.1\nVersion: ${version}\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n`;
  writeFileSync(join(work, 'package/DEBIAN/control'), fields);
  execFileSync('dpkg-deb', ['--build', join(work, 'package'), join(work, 'x.deb')], { stdio: 'ignore' });
  return join(work, 'x.deb');
}

describe('the corpus', () => {
  it('is what the package has of the scripts, and nothing else', () => {
    const cache = join(folder, 'cache');
    expect(cachedCorpus(cache)).toBeUndefined();
    const said: string[] = [];
    const place = unpackCorpus(cache, deb('9.1.2-1', SCRIPTS), (text) => said.push(text));
    expect(readFileSync(join(place, 'a.pkt'), 'utf8')).toBe('version 9.1.2-1\n');
    expect(readdirSync(cache)).toEqual(['linux-source-9.1_9.1.2-1']);
    expect(readdirSync(join(cache, 'linux-source-9.1_9.1.2-1'))).toEqual(['tools']);
    expect(cachedCorpus(cache)).toBe(place);
    expect(said).toHaveLength(1);
  });

  it('is unpacked once, and the newest counts', () => {
    const cache = join(folder, 'cache');
    const newer = deb('9.1.10-1', SCRIPTS);
    const place = unpackCorpus(cache, newer, () => {});
    expect(unpackCorpus(cache, newer, () => expect.unreachable())).toBe(place);
    expect(cachedCorpus(cache)).toBe(place);
  });

  it('is missing from a package without scripts, and nothing is left of that', () => {
    const cache = join(folder, 'other');
    const without = deb('9.1.3-1', 'tools/other');
    expect(() => unpackCorpus(cache, without, () => {})).toThrow(CorpusError);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('cannot be taken from what is no package', () => {
    expect(() => unpackCorpus(folder, __filename, () => {})).toThrow(/is no package/);
  });

  it('is kept where the user keeps caches', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/c');
    expect(cacheFolder()).toBe('/c/packetspec/corpus');
    vi.stubEnv('XDG_CACHE_HOME', '');
    expect(cacheFolder()).toMatch(/\.cache\/packetspec\/corpus$/);
    vi.unstubAllEnvs();
  });
});

it('the newest source is so by number, and the metapackage is none', () => {
  const names = ['linux-source', 'linux-source-7.2', 'linux-source-7.10', 'linux-source-6.19', 'linux-source-7.11-rt'];
  expect(newestSource(names)).toBe('linux-source-7.10');
  expect(newestSource(['linux-source'])).toBeUndefined();
});
