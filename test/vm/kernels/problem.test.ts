import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attempt, KernelError } from '../../../src/vm/kernels/problem';

describe('an attempt', () => {
  it('gives what the action gives', () => {
    expect(attempt(() => 7)).toEqual({ kind: 'done', value: 7 });
  });

  it('is refused with the cause and the way out', () => {
    const refused = attempt(() => {
      throw new KernelError('x is empty', 'fetch it again');
    });
    expect(refused).toEqual({ kind: 'refused', problem: { message: 'x is empty', hint: 'fetch it again' } });
  });

  it('is refused by the system', () => {
    const refused = attempt(() => readFileSync('/proc/self/no-such-file'));
    expect(refused).toMatchObject({
      kind: 'refused',
      problem: { message: expect.stringContaining('/proc/self/no-such-file') },
    });
  });

  it('a full disk has a way out', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const refused = attempt(() => {
      throw full;
    });
    expect(refused).toMatchObject({ problem: { hint: expect.stringContaining('kernels rm') } });
  });

  it('a cache that cannot be written has a way out', () => {
    expect(attempt(() => mkdirSync('/dev/null/x'))).toMatchObject({
      problem: { hint: expect.stringContaining('XDG_CACHE_HOME') },
    });
  });

  it('lets a defect through', () => {
    const defect = new TypeError('x is undefined');
    expect(() =>
      attempt(() => {
        throw defect;
      }),
    ).toThrow(defect);
  });
});
