import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { cachedKernel } from '../../../src/vm/kernels/cache';
import { prepareKernel } from '../../../src/vm/kernels/prepare';
import { bzImage, moduleObject, REQUIRED_MODULES, signed, vmlinux } from '../../support/kernel-images';
import { temporaryFolder } from '../../support/live';

let tests = 0;
let top: string;
let imagePath: string;
beforeEach(() => {
  top = join(temporaryFolder, `prepare-${tests++}`);
  mkdirSync(join(top, 'modules'), { recursive: true });
  imagePath = join(top, 'image');
  for (const [name, depends] of Object.entries(REQUIRED_MODULES))
    writeFileSync(join(top, 'modules', `${name}.ko`), moduleObject(depends));
});

interface Wish {
  readonly isCopied?: boolean;
  readonly hasModules?: boolean;
}

function prepare(image: Buffer, { isCopied = false, hasModules = true }: Wish = {}) {
  writeFileSync(imagePath, image);
  const name = isCopied ? 'copied' : 'left';
  const modulesFolder = hasModules ? join(top, 'modules') : undefined;
  const problems = prepareKernel(join(top, 'cache', name, '1'), { imagePath, modulesFolder, from: 'a test', isCopied });
  return { problems, kernel: cachedKernel(join(top, 'cache'), name) };
}

describe('a prepared kernel', () => {
  it('has the image of a bzImage, and the modules', () => {
    const { problems, kernel } = prepare(bzImage(vmlinux()));
    expect(problems).toEqual([]);
    expect(kernel?.record).toMatchObject({ release: '6.99.1-test', image: 'vmlinux', from: 'a test' });
    expect(readFileSync(join(kernel?.folder ?? '', 'vmlinux')).equals(vmlinux())).toBe(true);
    expect(kernel?.record.modules.at(0)).toBe('virtio');
    for (const name of kernel?.record.modules ?? [])
      expect(
        readFileSync(join(kernel?.folder ?? '', 'modules', `${name}.ko`)).equals(moduleObject(REQUIRED_MODULES[name])),
      ).toBe(true);
  });

  it.each([
    ['a vmlinux', vmlinux(), 'vmlinux'],
    ['a bzImage that cannot be entered unpacked', bzImage(vmlinux({ hasPvhEntry: false })), 'bzImage'],
  ])('leaves %s where it is, or copies it', (_, image, name) => {
    expect(prepare(image).kernel?.record.image).toBe(imagePath);
    const copied = prepare(image, { isCopied: true }).kernel;
    expect(copied?.record.image).toBe(name);
    expect(readFileSync(join(copied?.folder ?? '', name)).equals(image)).toBe(true);
  });

  it('does not come into being when modules are missing', () => {
    const { problems, kernel } = prepare(vmlinux(), { hasModules: false });
    expect(problems).toHaveLength(1);
    expect(kernel).toBeUndefined();
  });

  it('knows what the configuration in the image builds in', () => {
    const options = ['VIRTIO_PCI', 'VIRTIO_CONSOLE', 'TUN', 'INET_DIAG', 'INET_TCP_DIAG'];
    const config = options.map((name) => `CONFIG_${name}=y\n`).join('');
    const { problems, kernel } = prepare(bzImage(vmlinux({ config })), { hasModules: false });
    expect(problems).toEqual([]);
    expect(kernel?.record.modules).toEqual([]);
  });

  it.each([
    [
      'off where the kernel takes them without',
      'CONFIG_MODULE_SIG=y\n# CONFIG_MODULE_SIG_FORCE is not set\nCONFIG_LOCK_DOWN_KERNEL_FORCE_NONE=y\n',
      false,
    ],
    ['not off where it does not', 'CONFIG_MODULE_SIG_FORCE=y\n', true],
    ['not off where it is locked down', 'CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY=y\n', true],
    ['not off where nobody knows', undefined, true],
  ])('takes signatures %s', (_, config, isSigned) => {
    writeFileSync(join(top, 'modules/tun.ko'), signed(moduleObject()));
    const { kernel } = prepare(vmlinux(config === undefined ? {} : { config }));
    const tun = readFileSync(join(kernel?.folder ?? '', 'modules/tun.ko'));
    expect(tun.equals(isSigned ? signed(moduleObject()) : moduleObject())).toBe(true);
    expect(kernel?.record.takesUnsigned).toBe(!isSigned);
  });
});
