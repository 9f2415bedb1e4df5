/** Live: the image of this product on this machine, in a cache of its own. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gatherContents } from '../../src/vm/contents';
import { ensureImage, lookAt } from '../../src/vm/image';
import { ROOT } from '../support/live';

let folder = '';
const before = process.env['XDG_CACHE_HOME'];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-image-'));
  process.env['XDG_CACHE_HOME'] = folder;
  mkdirSync(join(folder, 'root'));
  cpSync(join(ROOT, 'dist'), join(folder, 'root/dist'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'root/node_modules'));
});
afterAll(() => {
  if (before === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = before;
  rmSync(folder, { recursive: true });
});

it('holds every library that its programs load, by the word of the dynamic loader', () => {
  const { runner, programs } = gatherContents(join(folder, 'root'));
  const root = join(folder, 'unpacked');
  for (const { path, source } of [...runner.files, ...programs.files])
    cpSync(source, join(root, path), { dereference: true });
  for (const entry of [...runner.own, ...programs.own])
    if (entry.kind === 'link') symlinkSync(entry.target, join(root, entry.path));
  // The loader of the image itself, started in it, lists what it finds there.
  const loader = '/lib64/ld-linux-x86-64.so.2';
  for (const program of ['/usr/bin/node', '/usr/bin/sh', '/usr/bin/python3', '/usr/bin/ip']) {
    const args = ['--root', root, '--', loader, '--list', program];
    const { stdout, stderr, error } = spawnSync('unshare', ['--map-root-user', '--user', ...args], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}${error?.message ?? ''}`, program).not.toContain('not found');
    expect(stdout, program).toContain('libc.so.6');
  }
});

// Bug: with root's PATH, a user who may not enter its folders was told of a defect of packetspec.
it.each([
  ['is not there', 'nowhere'],
  ['cannot be reached', 'loop/sh'],
])('is made without what %s', (_, path) => {
  symlinkSync('loop', join(folder, 'loop'));
  expect(lookAt(join(folder, path))).toBe(`- - ${join(folder, path)}`);
  rmSync(join(folder, 'loop'));
});

it('is made once for the same files, and another one when a file changes', async () => {
  const root = join(folder, 'root');
  const [first, again] = await Promise.all([ensureImage(root), ensureImage(root)]);
  expect(again).toEqual(first);
  const inode = () => readdirSync(join(folder, 'packetspec/images')).sort();
  const shelf = inode();
  expect(await ensureImage(root)).toEqual(first);
  expect(inode()).toEqual(shelf);
  writeFileSync(join(root, 'dist/guest.js'), `${readFileSync(join(root, 'dist/guest.js'), 'utf8')}\n`);
  expect((await ensureImage(root)).id).not.toBe(first.id);
});

it('is the same for the same content, whenever that was built', async () => {
  const root = join(folder, 'root');
  const { id } = await ensureImage(root);
  writeFileSync(join(root, 'dist/guest.js'), readFileSync(join(root, 'dist/guest.js')));
  expect((await ensureImage(root)).id).toBe(id);
});
