import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/assert';
import { guestWarmUps, longWarmUp, programWarmUp, usualNetworks } from '../../src/cli/guest-warm-up';
import { DEFAULT_MAX_COMBINATIONS } from '../../src/cli/limits';
import { execute } from '../../src/exec/execute';
import { planSuite } from '../../src/suite/plan';
import { judge } from '../../src/verify/judge';
import { openTestHost, ROOT } from '../support/live';
import { shippedSpecs } from '../support/shipped';

describe('what a guest does before it is saved', () => {
  it.each([
    ['what most specs do, over IPv4', 0],
    ['over IPv6', 1],
    ['what many specs do, over IPv4', 2],
    ['over IPv6', 3],
    ['a script', 4],
  ])('compiles, and passes on a real kernel: %s', async (_, index) => {
    expect(guestWarmUps()).toHaveLength(5);
    const { trace, close } = await execute(present(guestWarmUps()[index], 'the timeline'), openTestHost());
    await close();
    // A machine that is busy is late, its sleeping reader too, and a guest is not (test/vm/guest-executor).
    const mismatches = judge(trace).checks.flatMap((check) => check.mismatches);
    expect(mismatches.filter(({ field }) => !['time', 'recv_queue'].includes(field))).toEqual([]);
    expect(trace.end.kind).toBe('finished');
  });

  it('starts programs, servers and floods (bug: one was not YAML, and left out without a word)', async () => {
    expect(programWarmUp().map(({ name }) => name)).toEqual([
      'programs',
      'A server of Node that is busy',
      'A server of Python that waits for a request',
      ...['A slow server of Python under the load of ab', 'A slow server of Python under the load of ab'],
      ...['nginx under the load of ab', 'nginx under the load of ab'],
      ...['A flood with cookies', 'A flood with cookies'],
    ]);
    for (const timeline of programWarmUp()) {
      const { trace, close } = await execute(timeline, openTestHost());
      await close();
      // Not every machine has nginx. One that is busy is late.
      const mismatches = judge(trace).checks.flatMap((check) => check.mismatches);
      expect(mismatches.filter(({ field }) => field !== 'time')).toEqual([]);
      expect(['finished', 'skipped']).toContain(trace.end.kind);
    }
  });

  it('waits longer than the kernel does between two looks at its house (which happens in guests only: test/vm/guest-executor)', () => {
    expect(longWarmUp().map(({ name }) => name)).toEqual(['What time brings']);
  });
});

describe('the networks that a guest opens before it is saved', () => {
  it('are those of nearly all specs that the product ships', () => {
    const files = shippedSpecs().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
    const { runs } = planSuite(files, { set: new Map(), maxCombinations: DEFAULT_MAX_COMBINATIONS });
    const others = runs.filter(({ timeline }) => !usualNetworks().some((one) => same(one, timeline.network)));
    expect(runs.length).toBeGreaterThan(100);
    expect(others.length).toBeLessThan(runs.length / 10);
  });

  it('are those of scripts under the profiles', () => {
    const text = '--local_ip=192.168.0.1\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n';
    const pkt = { defines: new Map(), options: new Map(), gate: true, profile: 'kselftest' };
    const { runs } = planSuite([{ path: 'a.pkt', text }], { set: new Map(), maxCombinations: 1, pkt });
    expect(runs.map(({ timeline }) => usualNetworks().some((one) => same(one, timeline.network)))).toEqual([
      true,
      true,
      true,
    ]);
  });
});

function same(left: object, right: object): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
