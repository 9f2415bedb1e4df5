/** What the fuzzer has found once stays mended. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingsOf, ROOT } from '../../../scripts/fuzz/seeds';
import { TARGETS } from '../../../scripts/fuzz/targets';

const findings = TARGETS.flatMap((target) =>
  findingsOf(target.name).map((path) => ({ name: `${target.name}: ${basename(path)}`, path, target })),
);

describe('a finding', () => {
  it.each(findings)('$name', ({ path, target }) => {
    const input = readFileSync(join(ROOT, path));
    expect(target.check(input)).not.toBe('');
  });

  // The fuzzer asks for processor time; here the machine may be busy, so the bound is wide.
  it.each(TARGETS)('of target $name keeps the time', (target) => {
    const startMs = performance.now();
    for (const path of findingsOf(target.name)) target.check(readFileSync(join(ROOT, path)));
    expect(performance.now() - startMs).toBeLessThan(15_000);
  });
});

it('lies in a folder of a target', () => {
  const known = new Set(TARGETS.flatMap(({ name }) => findingsOf(name)));
  expect(findingsOf('*').filter((path) => !known.has(path))).toEqual([]);
});
