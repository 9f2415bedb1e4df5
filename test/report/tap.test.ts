import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tapReporter } from '../../src/report/tap';
import type { SuiteListener } from '../../src/suite/suite';
import { collecting } from '../support/sinks';
import { PRINTED, RESULTS, tellAll, tellRejected } from './hostile';
import { readWithPerl } from './tap-parser';

function written(tell: (listener: SuiteListener) => void): string {
  const { sink, parts } = collecting();
  tell(tapReporter(sink));
  return parts.join('');
}

/** Perl's parser knows up to version 13; 14 adds subtests and escapes, of which it knows the escapes. */
function asVersion13(text: string): string {
  expect(text.startsWith('TAP version 14\n')).toBe(true);
  return text.replace('TAP version 14', 'TAP version 13');
}

describe('TAP, as TAP::Parser reads it', () => {
  const text = written((listener) => tellAll(listener));
  const read = readWithPerl(asVersion13(text));

  it('is without mistakes', () => {
    expect(read.errors).toEqual([]);
    expect(read.unknown).toEqual([]);
    expect(read.plan).toBe(`1..${RESULTS.length}`);
  });

  it('of version 14 has but the mistake that it is not 13', () => {
    expect(readWithPerl(text).errors).toEqual([expect.stringMatching(/version 14/)]);
  });

  it('has a test for each run, with what became of it', () => {
    const outcomes = read.tests.map(({ ok, directive }) => `${ok ? 'ok' : 'not ok'} ${directive}`.trim());
    expect(outcomes).toEqual(['ok', 'ok', 'not ok', 'not ok', 'ok SKIP', 'not ok', 'ok SKIP']);
    expect(read.tests.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(read.tests[2]?.description).toMatch(/^- specs\/a,b:c\.yaml \[ipv4 on 5\.10\] /);
    expect(read.tests[6]?.explanation).toMatch(/^inconclusive: /);
  });

  it('says as YAML what failed', () => {
    expect(read.tests[3]?.yaml).toMatchObject({
      severity: 'fail',
      at: { file: 'specs/a,b:c.yaml', line: '12', column: '5' },
      kernel: '6.18.0-test',
      checks: [
        { line: '12', kind: 'queue', mismatches: [{ field: 'accept', expected: '6', observed: '7' }] },
        { line: '13', kind: 'silence' },
      ],
    });
    expect(read.tests.filter(({ yaml }) => yaml !== undefined).map(({ number }) => number)).toEqual([3, 4, 6]);
  });

  it('keeps every text, however it looks', () => {
    expect(read.tests[5]?.yaml).toMatchObject({ message: PRINTED });
    expect(read.tests.at(-1)?.number).toBe(7);
  });

  it('is the same whatever finishes first', () => {
    const all = RESULTS.map((_, index) => index);
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
        expect(written((listener) => tellAll(listener, order))).toBe(text);
      }),
    );
  });

  it('has a failed test for each rejected file', () => {
    const rejected = readWithPerl(asVersion13(written(tellRejected)));
    expect(rejected).toMatchObject({ errors: [], plan: '1..1', tests: [{ ok: false }] });
    expect(rejected.tests[0]?.yaml).toMatchObject({ diagnostics: [{ code: 'bad-segment', line: '1' }, { line: '2' }] });
  });
});
