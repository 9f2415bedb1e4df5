import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordOf, storeKernel } from '../../../src/vm/kernels/cache';
import { isKernelName, type OpenedKernel, openKernel } from '../../../src/vm/kernels/kernels';
import { bzImage, moduleObject, REQUIRED_MODULES, vmlinux } from '../../support/kernel-images';
import { temporaryFolder } from '../../support/live';

let tests = 0;
let top: string;
let cache: string;
beforeEach(() => {
  top = join(temporaryFolder, `open-${tests++}`);
  cache = join(top, 'cache');
  mkdirSync(join(top, 'modules'), { recursive: true });
  for (const [name, depends] of Object.entries(REQUIRED_MODULES))
    writeFileSync(join(top, 'modules', `${name}.ko`), moduleObject(depends));
});

function open(nameOrPath: string, modulesFolder?: string): OpenedKernel {
  return openKernel(nameOrPath, modulesFolder, { cache, say: (text) => expect.unreachable(text) });
}

function messages(opened: OpenedKernel): readonly string[] {
  return opened.kind === 'kernel' ? ['opened'] : opened.problems.map(({ message, hint }) => `${message}; ${hint}`);
}

describe('a kernel by name', () => {
  it('that was fetched is opened', () => {
    const prepared = join(top, 'prepared');
    mkdirSync(prepared);
    const { file, text } = recordOf(prepared, {
      release: '6.12.117',
      image: 'vmlinux',
      modules: [],
      takesUnsigned: true,
      from: '',
    });
    writeFileSync(file, text);
    storeKernel(cache, '6.12', '6.12.117-1', prepared);
    expect(open('6.12')).toMatchObject({ kind: 'kernel', kernel: { name: '6.12', release: '6.12.117' } });
    // It has modules of its own.
    expect(open('6.12', top)).toEqual(open('6.12'));
    expect(['6.12', './6.12', 'bzImage'].map(isKernelName)).toEqual([true, false, false]);
  });

  it('that nobody knows is told, with those that there are', () => {
    expect(messages(open('6.21'))).toEqual([
      expect.stringMatching(/^there is no kernel `6\.21`.*did you mean `6\.1`\?.*`5\.10`.*and/),
    ]);
    expect(messages(open('newest'))).toEqual([
      expect.stringMatching(/^there is no kernel `newest`.*; Known are `5\.10`/),
    ]);
  });
});

describe('a kernel by path', () => {
  it('is unpacked once, until it changes', () => {
    const path = join(top, 'bzImage');
    writeFileSync(path, bzImage(vmlinux()));
    const first = open(path, join(top, 'modules'));
    expect(first).toMatchObject({ kind: 'kernel', kernel: { name: path, release: '6.99.1-test' } });
    expect(open(path, join(top, 'modules'))).toEqual(first);
    expect(readdirSync(join(cache, '.own'))).toHaveLength(1);

    const inner = vmlinux({ release: '6.99.2-test' });
    writeFileSync(path, bzImage(inner, { release: '6.99.2-test' }));
    expect(messages(open(path, join(top, 'modules')))).toEqual([
      expect.stringContaining('are for Linux 6.99.1-test, the kernel is 6.99.2-test'),
    ]);
    writeFileSync(path, bzImage(vmlinux()));
    writeFileSync(join(top, 'modules/tls.ko'), moduleObject());
    expect(open(path, join(top, 'modules'))).not.toEqual(first);
  });

  it('may be in the current folder, like a name', () => {
    const opened = open('package.json');
    expect(messages(opened)).toEqual(['package.json is no Linux kernel; a bzImage or a vmlinux for x86-64 is wanted']);
  });

  it.each(['/nowhere/bzImage', './6.12'])('%s that is not there is told', (path) => {
    expect(messages(open(path))).toEqual([`${path}: no such file; a kernel is a bzImage or a vmlinux`]);
  });

  it('that cannot be used leaves nothing behind', () => {
    const path = join(top, 'vmlinux');
    writeFileSync(path, vmlinux().subarray(0, 90));
    expect(messages(open(path))).toEqual([expect.stringContaining('is truncated')]);
    writeFileSync(path, vmlinux());
    expect(messages(open(path, '/nowhere'))).toEqual([expect.stringContaining('--modules /nowhere: no such folder')]);
    expect(messages(open(path))).toEqual([expect.stringContaining('lacks modules that are required')]);
    expect(readdirSync(cache)).toEqual([]);
  });
});
