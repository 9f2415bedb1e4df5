import { describe, expect, it } from 'vitest';
import { explainEnd, type GuestEnd, UNFIT_MARK, unfitError } from '../../src/vm/ending';
import { EXIT_STATUS } from '../../src/vm/guest-abi';

const exited = (status: number | null, signal: NodeJS.Signals | null = null): GuestEnd => ({
  kind: 'exited',
  status,
  signal,
});
const words = (console: string, complaints = '') => ({ console, complaints });

describe('the end of a guest', () => {
  it('by a panic is told with the lines that led to it, and without registers', () => {
    const console =
      'Run /init\nmy last words\n[    1.07] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\nRIP: 0033';
    const { code, message } = explainEnd(exited(0), words(console));
    expect(code).toBe('vm-panicked');
    expect(message).toContain('Attempted to kill init! exitcode=0x00000100');
    expect(message).toContain('my last words');
    expect(message).not.toContain('RIP');
  });

  it('by its own timer means that the run did not end', () => {
    // The number of SIGXCPU is the status, in the place where wait(2) has it.
    const console = 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00001800';
    expect(explainEnd(exited(0), words(console))).toMatchObject({ code: 'vm-hung' });
  });

  it('because its kernel lacks something is told as that', () => {
    const console = `${UNFIT_MARK}no TUN\nKernel panic - not syncing: Attempted to kill init!`;
    expect(explainEnd(exited(0), words(console))).toMatchObject({
      code: 'vm-kernel-unfit',
      message: expect.stringContaining('no TUN'),
    });
    expect(unfitError('no TUN').message).toBe(explainEnd(exited(0), words(console)).message);
  });

  it('after a limit of the host is a hang', () => {
    const { code, message } = explainEnd({ kind: 'gave-up', busyMs: 60_000, afterMs: 180_000 }, words(''));
    expect(code).toBe('vm-hung');
    expect(message).toContain('180 s');
  });

  it('by a signal names it; what QEMU said is told', () => {
    const { code, message } = explainEnd(exited(null, 'SIGKILL'), words('', 'cannot set up guest memory'));
    expect(code).toBe('vm-died');
    expect(message).toContain('SIGKILL');
    expect(message).toContain('cannot set up guest memory');
  });

  it.each([exited(null, 'SIGBUS'), exited(EXIT_STATUS), { kind: 'stopped' } as const])(
    'on a full disk is told as that: %o',
    (end) => {
      expect(explainEnd(end, words(''))).toMatchObject({ code: 'vm-no-space' });
    },
  );

  it('because its snapshot cannot be read is told as that', () => {
    const complaints = 'qemu-system-x86_64: Not a migration stream\nload of migration failed: Invalid argument';
    expect(explainEnd(exited(1), words('', complaints))).toMatchObject({ code: 'vm-snapshot' });
  });

  it('of a program that could not be started has the reason', () => {
    const end: GuestEnd = { kind: 'not-started', error: new Error('spawn setpriv ENOENT') };
    expect(explainEnd(end, words('')).message).toContain('spawn setpriv ENOENT');
  });
});
