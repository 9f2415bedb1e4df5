import { describe, expect, it } from 'vitest';
import type { Mismatch } from '../../src/match/match';
import { explanation } from '../../src/report/console';
import { PLAIN } from '../../src/report/ladder';
import { hintsElsewhere } from '../../src/report/elsewhere';
import type { RunResult } from '../../src/suite/suite';
import * as scenes from './scenes';

/** The failed scene, against a host elsewhere, with other differences. */
function failedBy(mismatches: readonly Mismatch[], link: 'target' | 'tun' = 'target'): RunResult {
  const scene = scenes.dropped();
  const { run, verdict } = scene;
  const network = { ...run.timeline.network, link };
  const checks = verdict.checks.map((check) => (check.passed ? check : { ...check, mismatches }));
  return { ...scene, run: { ...run, timeline: { ...run.timeline, network } }, verdict: { ...verdict, checks } };
}

const LATE = { field: 'time', expected: '+0 (tolerance +4ms)', observed: '+13ms' };
const TAKEN = { field: 'result', expected: '0', observed: '-1 EADDRINUSE' };
const FLAGS = { field: 'flags', expected: 'S.', observed: 'R.' };

describe('hints for a failure against a host elsewhere', () => {
  it.each([
    ['only late', [LATE], ['--tolerance']],
    ['late and otherwise', [LATE, FLAGS], []],
    ['a port that is taken', [TAKEN], ['--port']],
    ['anything else', [FLAGS], []],
  ])('%s', (_, mismatches, words) => {
    const found = hintsElsewhere(failedBy(mismatches), PLAIN.paint);
    expect(found).toHaveLength(words.length);
    for (const word of words) expect(found.join()).toContain(word);
  });

  it('are none for a run on this machine', () => {
    expect(hintsElsewhere(failedBy([LATE, TAKEN], 'tun'), PLAIN.paint)).toEqual([]);
  });

  it('stand below the ladder', () => {
    expect(explanation(failedBy([LATE]), PLAIN).at(-1)).toContain('--tolerance');
  });
});
