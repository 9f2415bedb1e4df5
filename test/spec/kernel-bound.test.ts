import { describe, expect, it } from 'vitest';
import { areContradictory, printBound, unmetBound } from '../../src/spec/kernel-bound';
import type { KernelBound } from '../../src/spec/model';

function bound(text: string): KernelBound {
  const [, operator = '', major, minor] = /^(\D+)(\d+)\.(\d+)$/.exec(text) ?? [];
  return { operator: operator as KernelBound['operator'], major: Number(major), minor: Number(minor) };
}

describe('the first bound that a kernel does not meet', () => {
  it.each([
    ['6.4.0-1-amd64', ['>=6.4'], undefined],
    ['6.10.3', ['>=6.4', '<6.9'], '<6.9'],
    ['6.3.9', ['>=6.4', '<6.2'], '>=6.4'],
    ['6.18.44-fc', ['=6.18'], undefined],
    ['5.10.0', [], undefined],
    // That of a host that nobody can ask.
    ['unknown', ['<6.9'], '<6.9'],
    ['unknown', [], undefined],
  ])('%s, %j: %s', (release, bounds, unmet) => {
    const found = unmetBound(bounds.map(bound), release);
    expect(found === undefined ? undefined : printBound(found)).toBe(unmet);
  });
});

describe('bounds that no kernel meets', () => {
  it.each([
    [['>=6.0', '<5.0'], true],
    [['>6.4', '<6.5'], true],
    [['>6.4', '<=6.5'], false],
    // A major version may have any number of minor ones: 5.20 would do.
    [['>5.19', '<6.0'], false],
    [['<6.0', '>=6.0'], true],
    [['=6.1', '=6.2'], true],
    [['=6.1', '>=5.10', '<7.0'], false],
    [['<5.0'], false],
    [[], false],
  ])('%j: %j', (bounds, expected) => {
    expect(areContradictory(bounds.map(bound))).toBe(expected);
  });
});
