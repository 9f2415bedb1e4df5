import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findModules } from '../../../src/vm/kernels/module-tree';
import { temporaryFolder } from '../../support/live';

let tests = 0;
let top: string;
beforeEach(() => {
  top = join(temporaryFolder, `tree-${tests++}`);
  mkdirSync(top);
});

function add(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(top, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
}

const BUILT_IN = 'kernel/drivers/virtio/virtio.ko\nkernel/net/sched/sch_fq-codel.ko\n';

describe('modules', () => {
  it.each([
    ['of a build, from its bzImage', 'arch/x86/boot/bzImage', ''],
    ['of a build, from its vmlinux', 'vmlinux', ''],
    ['of an installed kernel', 'boot/vmlinuz-6.1.0-1', 'lib/modules/6.1.0-1/'],
    ['of an unpacked package', 'boot/vmlinuz-6.1.0-1', 'usr/lib/modules/6.1.0-1/'],
    ['of an unpacked package from 6.19 on', 'usr/lib/modules/6.1.0-1/vmlinuz', 'usr/lib/modules/6.1.0-1/'],
  ])('%s are found', (_, image, prefix) => {
    add({
      [image]: '',
      [`${prefix}drivers/net/tun.ko.xz`]: '',
      [`${prefix}modules.builtin`]: BUILT_IN,
      'other/lib/modules/6.2.0/drivers/net/tun.ko': '',
    });
    const tree = findModules(join(top, image), '6.1.0-1', undefined);
    expect(tree.files.get('tun')).toContain(join(top, prefix, 'drivers/net/tun.ko.xz'));
    expect([...(tree.builtIn ?? [])]).toEqual(['virtio', 'sch_fq_codel']);
  });

  it('of an unpacked package that lacks the list of what is built in are found', () => {
    add({ '6.1.0-1/vmlinuz': '', '6.1.0-1/kernel/tun.ko': '' });
    const tree = findModules(join(top, '6.1.0-1/vmlinuz'), '6.1.0-1', undefined);
    expect([...tree.files.keys()]).toEqual(['tun']);
    expect(tree.builtIn).toBeUndefined();
  });

  it.each(['', 'lib/modules/', 'usr/lib/modules/'])('of this release are taken out of %j', (prefix) => {
    for (const release of ['6.1.0-1', '6.2.0-1']) add({ [`${prefix}${release}/kernel/tun.ko`]: '' });
    const { files } = findModules('/nowhere/bzImage', '6.2.0-1', top);
    expect(files.get('tun')).toEqual([join(top, prefix, '6.2.0-1/kernel/tun.ko')]);
  });

  it('may lie anywhere in a folder, also several times', () => {
    add({ 'a/tun.ko': '', 'b/tun.ko': '', README: '', '.git/tun.ko': '' });
    // As from the modules to the sources.
    symlinkSync('..', join(top, 'a/build'));
    const tree = findModules('/nowhere/bzImage', '6.1.0', top);
    expect(tree.files.get('tun')).toEqual([join(top, 'a/tun.ko'), join(top, 'b/tun.ko')]);
    expect(tree.folder).toBe(top);
  });

  it('may not be there at all', () => {
    add({ bzImage: '' });
    expect(findModules(join(top, 'bzImage'), '6.1.0', undefined)).toEqual({
      folder: undefined,
      files: new Map(),
      builtIn: undefined,
      config: undefined,
    });
  });

  it('are not looked for in what is no folder', () => {
    add({ bzImage: '' });
    const image = join(top, 'bzImage');
    expect(() => findModules(image, '6.1.0', image)).toThrow(`--modules ${image}: no such folder`);
    expect(() => findModules(image, '6.1.0', '/nowhere')).toThrow('--modules /nowhere: no such folder');
  });
});

it.each(['boot/config-6.1.0', 'boot/.config', 'lib/modules/6.1.0/config'])(
  'the configuration is found in %s',
  (file) => {
    add({ 'boot/vmlinuz': '', 'lib/modules/6.1.0/modules.builtin': '', [file]: 'CONFIG_TUN=y\n' });
    expect(findModules(join(top, 'boot/vmlinuz'), '6.1.0', undefined).config).toBe('CONFIG_TUN=y\n');
  },
);
