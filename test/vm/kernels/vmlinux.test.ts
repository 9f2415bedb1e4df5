import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../src/vm/kernels/bytes';
import { readVmlinux } from '../../../src/vm/kernels/vmlinux';
import { elf, moduleObject, vmlinux } from '../../support/kernel-images';

describe('a vmlinux', () => {
  it('tells its release, not the words that look like it', () => {
    expect(readVmlinux(bytesOf(vmlinux({ release: '5.10.0-46-cloud-amd64' })), 'x').release).toBe(
      '5.10.0-46-cloud-amd64',
    );
  });

  it('tells whether QEMU can enter it', () => {
    expect(readVmlinux(bytesOf(vmlinux()), 'x').hasPvhEntry).toBe(true);
    expect(readVmlinux(bytesOf(vmlinux({ hasPvhEntry: false })), 'x').hasPvhEntry).toBe(false);
  });

  it('may hold its configuration', () => {
    const config = 'CONFIG_TUN=y\n# CONFIG_TLS is not set\n';
    expect(readVmlinux(bytesOf(vmlinux({ config })), 'x').config).toBe(config);
    expect(readVmlinux(bytesOf(vmlinux()), 'x').config).toBeUndefined();
    const words = elf({
      segments: [{ type: 1, data: Buffer.from('Linux version 6.1.0 (x) IKCFG_ST nothing IKCFG_ED') }],
    });
    expect(readVmlinux(bytesOf(words), 'x').config).toBeUndefined();
  });

  it.each([
    ['x is an object file or a module', moduleObject()],
    ['x is a program, but not a Linux kernel', elf({ segments: [{ type: 1, data: Buffer.from('Linux version %s') }] })],
    ['x is for arm64', elf({ machine: 183 })],
    ['x is truncated: it has 70 bytes of ', vmlinux().subarray(0, 70)],
    ['x is no ELF image', Buffer.from('text')],
  ])('%s', (message, file) => {
    expect(() => readVmlinux(bytesOf(file), 'x')).toThrow(message);
  });
});
