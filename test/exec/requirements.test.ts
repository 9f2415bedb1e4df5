import { describe, expect, it } from 'vitest';
import { unmetEvents, unmetRequirement } from '../../src/exec/requirements';
import type { EventExpectation, KernelBound } from '../../src/spec/model';
import { networkOf } from '../../src/timeline/network';
import { step, timelineOf } from '../support/builders';
import { FakeHost } from '../support/fake-host';

function met(kernel: string, ...bounds: readonly KernelBound[]): boolean {
  const host = new FakeHost({ facts: { kernel } });
  return (
    unmetRequirement(
      { kernel: bounds, sysctls: [], commands: [], unsupported: [] },
      host,
      host.openRun(networkOf('ipv4')),
    ) === undefined
  );
}

describe('the kernel', () => {
  it.each<[string, KernelBound['operator'], number, number, boolean]>([
    ['5.10.0-32-amd64', '>=', 5, 10, true],
    ['5.10.0-32-amd64', '>=', 5, 9, true],
    ['5.10.0-32-amd64', '>=', 5, 11, false],
    ['5.10.0-32-amd64', '>=', 4, 19, true],
    ['5.10.0-32-amd64', '>', 5, 10, false],
    ['5.10.0-32-amd64', '<=', 5, 10, true],
    ['5.10.0-32-amd64', '<', 5, 10, false],
    ['5.10.0-32-amd64', '<', 6, 0, true],
    ['5.10.0-32-amd64', '=', 5, 10, true],
    ['5.10.0-32-amd64', '=', 5, 1, false],
    ['6.2.0', '<', 6, 10, true],
    ['6.18-rc3+', '>=', 6, 18, true],
    ['10.0.1', '>', 9, 99, true],
  ])('%s %s %d.%d: %j', (kernel, operator, major, minor, expected) => {
    expect(met(kernel, { operator, major, minor })).toBe(expected);
  });

  it('all bounds must hold', () => {
    const range: readonly KernelBound[] = [
      { operator: '>=', major: 4, minor: 10 },
      { operator: '<', major: 6, minor: 0 },
    ];
    expect([met('4.9.1', ...range), met('4.10.0', ...range), met('5.19.9', ...range), met('6.0.0', ...range)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('sysctls and commands', () => {
  const host = new FakeHost({ sysctls: ['net.ipv4.tcp_syncookies'], commands: ['nc'] });
  const run = host.openRun(networkOf('ipv4'));
  const unmet = (sysctls: readonly string[], commands: readonly string[]) =>
    unmetRequirement({ kernel: [], sysctls, commands, unsupported: [] }, host, run);

  it('that are there', () => {
    expect(unmet(['net.ipv4.tcp_syncookies'], ['nc'])).toBeUndefined();
  });

  it('that are missing are named', () => {
    expect(unmet(['net.ipv4.tcp_syncookies', 'net.ipv4.tcp_new'], [])).toContain('net.ipv4.tcp_new');
    expect(unmet([], ['nc', 'python9'])).toContain('python9');
  });
});

describe('kernel events', () => {
  const unmet = (events: EventExpectation, ...available: readonly ('drops' | 'resets')[]) =>
    unmetEvents(timelineOf([step({ kind: 'events', events })]), { available, missing: ['no reasons here'] });

  it('must be such that the kernel can tell what a step asks for', () => {
    expect(unmet({ kind: 'drops', drops: [{}] }, 'drops')).toBeUndefined();
    expect(unmet({ kind: 'drops', drops: [{ reasons: ['TCP_CSUM'] }] }, 'drops')).toBe(
      "line 10 needs the kernel's drop reasons; no reasons here",
    );
    expect(unmet({ kind: 'states', changes: [] }, 'drops')).toBe("line 10 needs the kernel's states; no reasons here");
    expect(unmet({ kind: 'reset', by: 'peer' }, 'resets')).toBeUndefined();
    expect(unmet({ kind: 'reset', by: 'kernel', reasons: ['TCP_FLAGS'] }, 'resets')).toBe(
      "line 10 needs the kernel's reset reasons; no reasons here",
    );
  });

  it('are not asked for without a step that needs them', () => {
    expect(unmetEvents(timelineOf([]), undefined)).toBeUndefined();
  });
});
