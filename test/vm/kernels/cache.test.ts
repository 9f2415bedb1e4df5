import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  bootableKernel,
  cachedKernel,
  ownKernel,
  recordOf,
  removeAllKernels,
  removeKernels,
  storeKernel,
  storeOwnKernel,
} from '../../../src/vm/kernels/cache';
import { temporaryFolder } from '../../support/live';

let tests = 0;
let cache: string;
let prepared = 0;
beforeEach(() => {
  cache = join(temporaryFolder, `cache-${tests++}`);
});

/** A folder as it is prepared. */
function prepare(release: string, image = 'vmlinux'): string {
  const folder = join(temporaryFolder, `prepared-${prepared++}`);
  mkdirSync(join(folder, 'modules'), { recursive: true });
  writeFileSync(join(folder, 'vmlinux'), `kernel ${release}`);
  writeFileSync(join(folder, 'modules/tun.ko'), 'tun');
  const { file, text } = recordOf(folder, { release, image, modules: ['tun'], takesUnsigned: true, from: 'a test' });
  writeFileSync(file, text);
  return folder;
}

describe('a kernel in the cache', () => {
  it('is bootable', () => {
    const kernel = storeKernel(cache, '6.12', '6.12.117-1', prepare('6.12.117'));
    expect(cachedKernel(cache, '6.12')).toEqual(kernel);
    expect(kernel.bytes).toBe('kernel 6.12.117'.length + 'tun'.length);
    expect(bootableKernel('6.12', kernel)).toEqual({
      name: '6.12',
      release: '6.12.117',
      imagePath: join(kernel.folder, 'vmlinux'),
      modules: [join(kernel.folder, 'modules/tun.ko')],
      takesUnsigned: true,
    });
  });

  it('may have its image elsewhere', () => {
    const kernel = storeKernel(cache, '6.12', '1', prepare('6.12.117', '/boot/vmlinux'));
    expect(bootableKernel('x', kernel).imagePath).toBe('/boot/vmlinux');
  });

  it('is the newest of several, by number', () => {
    for (const version of ['6.12.9-1', '6.12.117-1', '6.12.90-1~bpo13+1'])
      storeKernel(cache, '6.12', version, prepare(version));
    expect(cachedKernel(cache, '6.12')?.record.release).toBe('6.12.117-1');
    expect(cachedKernel(cache, '6.12', '6.12.9-1')?.record.release).toBe('6.12.9-1');
    expect(cachedKernel(cache, '6.12', '6.12.10-1')).toBeUndefined();
  });

  it('that another process has put there meanwhile stays', () => {
    storeKernel(cache, '6.12', '1', prepare('first'));
    expect(storeKernel(cache, '6.12', '1', prepare('second')).record.release).toBe('first');
  });

  it.each([
    ['a file is missing', (place: string) => truncateSync(join(place, 'modules/tun.ko'), 0)],
    ['the record is half', (place: string) => truncateSync(join(place, 'kernel.json'), 30)],
    ['it is of another format', (place: string) => writeFileSync(join(place, 'kernel.json'), '{"format":0}')],
  ])('counts as absent when %s, and is replaced', (_, damage) => {
    const { folder } = storeKernel(cache, '6.12', '1', prepare('first'));
    damage(folder);
    expect(cachedKernel(cache, '6.12')).toBeUndefined();
    expect(storeKernel(cache, '6.12', '1', prepare('second')).record.release).toBe('second');
    expect(cachedKernel(cache, '6.12')?.record.release).toBe('second');
  });

  it('is removed with all of its releases, and others are not', () => {
    for (const version of ['1', '2']) storeKernel(cache, '6.12', version, prepare(version));
    storeKernel(cache, '6.1', '1', prepare('6.1'));
    expect(removeKernels(cache, ['6.12', '5.10'])).toEqual(['6.12']);
    expect(readdirSync(cache)).toEqual(['6.1']);
  });

  it('is removed with everything, but not what is being made', () => {
    storeKernel(cache, '6.1', '1', prepare('6.1'));
    storeOwnKernel(cache, 'key', prepare('own'));
    const busy = '.work-01234567-1-abcdef';
    mkdirSync(join(cache, busy));
    expect([...removeAllKernels(cache)].sort()).toEqual(['.own', '6.1']);
    expect(readdirSync(cache)).toEqual([busy]);
  });
});

describe("the user's own images", () => {
  it('are kept by what they were made of', () => {
    storeOwnKernel(cache, 'a', prepare('mine'));
    expect(ownKernel(cache, 'a')?.record.release).toBe('mine');
    expect(ownKernel(cache, 'b')).toBeUndefined();
  });

  it('go when eight others were used since, and a day has passed', () => {
    const dayAgo = Date.now() / 1000 - 90_000;
    const stored = Array.from({ length: 10 }, (_, index) => storeOwnKernel(cache, `old-${index}`, prepare('old')));
    for (const [index, { folder }] of stored.entries()) utimesSync(folder, dayAgo + index, dayAgo + index);
    ownKernel(cache, 'old-0');
    storeOwnKernel(cache, 'new', prepare('new'));
    const names = readdirSync(join(cache, '.own')).map((name) => name.replace(/_\d+$/, ''));
    expect(names.sort()).toEqual(['new', 'old-0', 'old-4', 'old-5', 'old-6', 'old-7', 'old-8', 'old-9']);
  });

  it('of today stay, as many as they are', () => {
    for (let index = 0; index < 10; index++) storeOwnKernel(cache, `today-${index}`, prepare('today'));
    expect(readdirSync(join(cache, '.own'))).toHaveLength(10);
  });
});

it('a record lists every file', () => {
  const record = JSON.parse(readFileSync(join(prepare('6.1'), 'kernel.json'), 'utf8')) as { readonly sizes: object };
  expect(record.sizes).toEqual({ vmlinux: 10, 'modules/tun.ko': 3 });
  expect(existsSync(cache)).toBe(false);
});
