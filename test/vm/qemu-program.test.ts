import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findQemu, requireNewEnough } from '../../src/vm/qemu-program';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-qemu-'));
  vi.stubEnv('PATH', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function install(version: string): string {
  const path = join(folder, 'qemu-system-x86_64');
  writeFileSync(path, `#!/bin/sh\necho 'QEMU emulator version ${version} (Debian 1:${version}+dfsg-1)'\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('the QEMU of this host', () => {
  it('that is missing is told with the package that holds it', () => {
    expect(() => findQemu()).toThrow(
      expect.objectContaining({ code: 'vm-no-qemu', hint: expect.stringContaining('qemu-system-x86') }),
    );
  });

  it('is found on the PATH', () => {
    const path = install('7.2.22');
    expect(findQemu()).toBe(path);
  });

  // Debian 11, 12 and 13 have these.
  it.each([
    ['5.2.0', false],
    ['7.1.0', false],
    ['7.2.22', true],
    ['10.0.2', true],
  ])('of version %s is new enough: %s', async (version, isEnough) => {
    const checked = requireNewEnough(install(version));
    if (isEnough) await checked;
    else await expect(checked).rejects.toMatchObject({ code: 'vm-qemu-too-old' });
  });
});
