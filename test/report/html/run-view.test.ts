import { describe, expect, it } from 'vitest';
import { briefOf, runView } from '../../../src/report/html/run-view';
import { came, inject, MS, seg, sent, step, timelineOf } from '../../support/builders';
import { resultOf } from '../../support/results';
import * as scenes from '../scenes';

/** So many segments of the kernel that no step takes. */
function longRun(strays: number) {
  const observations = Array.from({ length: strays }, (_, index) => came((index + 1) * MS, seg('.', { seq: 1 })));
  return resultOf(timelineOf([inject(seg('S'))]), [sent(0, 0, seg('S')), ...observations]);
}

describe('a run in one line', () => {
  it('is its first failure, and how many more there are', () => {
    expect(briefOf(scenes.twoFailures())).toMatch(/^queue accept: .*\(and 1 more\)$/);
    expect(briefOf(scenes.nothingCame())).not.toContain('more)');
  });

  it('is the reason, where it has no verdict', () => {
    expect(briefOf(scenes.skipped())).toContain('requires kernel >=7.0');
    expect(briefOf(scenes.inconclusive())).toContain('late');
    expect(briefOf(scenes.errored())).toContain('net.ipv4.x');
    expect(briefOf(scenes.passed())).toBeUndefined();
  });
});

describe('a run in full', () => {
  it('tells each failed check with its line', () => {
    const { failures } = runView(scenes.twoFailures(), undefined);
    expect(failures.map(({ line }) => line)).toEqual([12, 13]);
    expect(failures[0]).toMatchObject({ mismatches: [{ field: 'accept', expected: '6', observed: '7' }] });
  });

  it('marks the lines that failed, and the one that is to blame for an error', () => {
    expect(runView(scenes.twoFailures(), undefined).marked).toEqual([12, 13]);
    expect(runView(scenes.errored(), undefined).marked).toEqual([7]);
    expect(runView(scenes.passed(), undefined).marked).toEqual([]);
  });

  it('says why it has no verdict, and the way out', () => {
    expect(runView(scenes.errored(), undefined).reasons).toEqual([
      'this network has no sysctl net.ipv4.x [unknown-sysctl]',
      'hint: see sysctl -a',
    ]);
  });

  it('has the lines of its steps where the file is not there', () => {
    expect(runView(scenes.passed(), undefined).source).toEqual([
      [10, '  - inject: S 0:0(0) win 64240 <mss 1460>'],
      [11, '  - expect: S. 0:0(0) ack 1 <mss 1460>'],
      [12, '  - queue: { accept: 6, limit: 5 }'],
      [13, '  - silence: 1s'],
    ]);
    expect(runView(scenes.passed(), 3).source).toBe(3);
  });

  it('is folded when it is long, and still whole', () => {
    const view = runView(longRun(2000), undefined);
    expect(view.rows).toHaveLength(2001);
    expect(view.leftOut).toBe(0);
    const folded = view.folds.reduce((sum, [, count]) => sum + count, 0);
    expect(2001 - folded).toBeLessThanOrEqual(400);
    expect(view.folds.every(([first, count]) => first + count <= 2001 - 100)).toBe(true);
  });

  it('that is too long for any page says how much is missing', () => {
    const view = runView(longRun(1009), undefined, 1000);
    expect(view.rows).toHaveLength(1000);
    expect(view.leftOut).toBe(10);
    expect(view.rows.map(({ atNs }) => atNs / MS)).toEqual([
      ...Array.from({ length: 500 }, (_, index) => index),
      ...Array.from({ length: 500 }, (_, index) => index + 510),
    ]);
  });

  it('of nothing is a view too', () => {
    const view = runView(resultOf(timelineOf([step({ kind: 'mark', name: 'm' })]), []), undefined);
    expect(view).toMatchObject({ rows: [], folds: [], queues: [], counters: [] });
  });
});
