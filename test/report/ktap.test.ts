/** The format is that of kselftest's runner.sh and ktap_helpers.sh; a reader that works like the kernel's CI reads it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ktapReporter } from '../../src/report/ktap';
import type { RunResult, SuiteEvent } from '../../src/suite/suite';
import { summaryOf } from '../support/results';
import { collecting } from '../support/sinks';
import { sourceFiles } from '../support/sources';
import { tellAll } from './hostile';
import { readKtap, subtestsIn } from './ktap-reader';
import * as scenes from './scenes';
import { readWithPerl } from './tap-parser';

const KSFT = '/tree/tools/testing/selftests/net/packetdrill';

function at(result: RunResult, index: number, file: string, label = 'ipv4'): RunResult {
  const { timeline } = result.run;
  const variant = { ...timeline.variant, label };
  return { ...result, run: { index, timeline: { ...timeline, file, variant } } };
}

const RESULTS: readonly RunResult[] = [
  at(scenes.passed(), 0, `${KSFT}/tcp_a.pkt`),
  at(scenes.wrongSegment(), 1, `${KSFT}/tcp_a.pkt`, 'ipv6'),
  at(scenes.skipped(), 2, `${KSFT}/tcp_b.pkt`),
  at(scenes.inconclusive(), 3, `${KSFT}/tcp_b.pkt`, 'ipv6'),
  at(scenes.errored(), 4, 'own/c#1.yaml'),
  at(scenes.passed(), 5, 'own/d.yaml'),
];

function started(files: number): SuiteEvent {
  return { kind: 'suite-started', runs: RESULTS.map(({ run }) => run), files: sourceFiles(files), jobs: 2 };
}

function listening(): { readonly parts: string[]; readonly tell: (event: SuiteEvent) => void } {
  const { sink, parts } = collecting();
  return { parts, tell: ktapReporter(sink) };
}

function reported(order: readonly number[]): string {
  const { parts, tell } = listening();
  tell(started(4));
  for (const index of order) tell({ kind: 'run-finished', result: RESULTS[index] ?? scenes.passed() });
  tell({ kind: 'suite-finished', summary: summaryOf(), results: RESULTS });
  return parts.join('');
}

interface Tests {
  readonly top: readonly string[];
  readonly nested: readonly string[];
}

/** As CI systems do it: a version line behind `# ` begins subtests, a line without `# ` ends them. */
function read(text: string): Tests {
  const [top, nested]: [string[], string[]] = [[], []];
  let inside = false;
  for (const line of text.split('\n')) {
    if (/^# K?TAP version /.test(line)) inside = true;
    else if (!line.startsWith('# ')) inside = false;
    const [, not, number, name, directive] =
      /^(not )?ok (\d+)(?: -)? ([^#]*[^ #])(?: # (.*))?$/.exec(inside ? line.slice(2) : line) ?? [];
    const result = directive?.startsWith('SKIP') ? 'skip' : not === undefined ? 'pass' : 'fail';
    if (number !== undefined) (inside ? nested : top).push(`${number} ${name ?? ''}: ${result}`);
  }
  return { top, nested };
}

const EXPECTED: Tests = {
  top: [
    '1 selftests: net/packetdrill: tcp_a.pkt: fail',
    '2 selftests: net/packetdrill: tcp_b.pkt: skip',
    '3 own/c_1.yaml: fail',
    '4 own/d.yaml: pass',
  ],
  nested: ['1 ipv4: pass', '2 ipv6: fail', '1 ipv4: skip', '2 ipv6: skip', '1 ipv4: fail', '1 ipv4: pass'],
};

describe('the report for the kernel’s CI', () => {
  it('has one test for each file, and one subtest for each run', () => {
    expect(read(reported([0, 1, 2, 3, 4, 5]))).toEqual(EXPECTED);
  });

  it('is the same whatever finishes first', () => {
    const inOrder = reported([0, 1, 2, 3, 4, 5]);
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), (order) => {
        expect(reported(order)).toBe(inOrder);
      }),
    );
  });

  it('tells of a file once it is known to be complete', () => {
    const { parts, tell } = listening();
    tell(started(4));
    for (const index of [1, 2]) tell({ kind: 'run-finished', result: RESULTS[index] ?? scenes.passed() });
    expect(parts.join('')).toBe('TAP version 13\n1..4\n');
    tell({ kind: 'run-finished', result: RESULTS[0] ?? scenes.passed() });
    expect(read(parts.join('')).top).toEqual(EXPECTED.top.slice(0, 1));
  });

  it('looks like that of kselftest', () => {
    const lines = reported([0, 1, 2, 3, 4, 5]).split('\n');
    expect(lines.slice(0, 7)).toEqual([
      'TAP version 13',
      '1..4',
      '# selftests: net/packetdrill: tcp_a.pkt',
      '# TAP version 13',
      '# 1..2',
      '# ok 1 ipv4',
      `# # ${KSFT}/tcp_a.pkt:11:5: expect S. 0:0(0) ack 1 <mss 1460>`,
    ]);
    expect(lines).toContain('# # Totals: pass:1 fail:1 xfail:0 xpass:0 skip:0 error:0');
    expect(lines).toContain('not ok 1 selftests: net/packetdrill: tcp_a.pkt # exit=1');
    expect(lines).toContain('# ok 1 ipv4 # SKIP requires kernel >=7.0; this is 6.18.0-test');
    expect(lines.at(-2)).toBe('# Totals: pass:2 fail:1 xfail:0 xpass:0 skip:2 error:1');
  });

  it('has a failed test for each rejected file', () => {
    const { parts, tell } = listening();
    const span = { start: 0, end: 1 };
    const diagnostic = { severity: 'error', code: 'bad-segment', message: 'no', span } as const;
    tell({
      kind: 'spec-rejected',
      rejected: { file: { path: 'bad.pkt', text: 'x' }, diagnostics: [diagnostic] },
    });
    tell({ kind: 'suite-finished', summary: summaryOf({ rejected: 1 }), results: [] });
    const text = parts.join('');
    expect(text).toMatch(/^TAP version 13\n1\.\.1\n# bad\.pkt\n# /);
    expect(read(text).top).toEqual(['1 bad.pkt: fail']);
  });

  it('has a line for each file of its plan, also for those of which no run was chosen', () => {
    const { parts, tell } = listening();
    tell(started(2));
    tell({ kind: 'suite-finished', summary: summaryOf(), results: RESULTS.slice(5) });
    expect(read(parts.join('')).top).toEqual(['1 own/d.yaml: pass', '2 a file without runs: skip']);
  });
});

// Two independent readers: the rules of the kernel's documentation, and Perl's TAP::Parser, which knows version 13.
describe('the report on a matrix of kernels, with texts that look like something else', () => {
  const { sink, parts } = collecting();
  tellAll(ktapReporter(sink));
  const text = parts.join('');
  const { errors, tests } = readKtap(text);

  it('has nothing that the kernel’s parser would complain of, at either level', () => {
    expect(errors).toEqual([]);
    expect(tests.map((test) => readKtap(subtestsIn(test)).errors)).toEqual([[], []]);
  });

  it('tells what became of each file and of each run', () => {
    expect(tests.map(({ name, status }) => `${name}: ${status}`)).toEqual([
      'specs/a,b:c.yaml: fail',
      'specs/d.yaml: fail',
    ]);
    const runs = tests.map((test) => readKtap(subtestsIn(test)).tests.map(({ name, status }) => `${name}: ${status}`));
    expect(runs).toEqual([
      ['ipv4 on 5.10: pass', 'ipv4 on 6.12: pass', 'ipv4 on 5.10: fail', 'ipv4 on 6.12: fail'],
      ['ipv4: skip', 'ipv4: fail', 'ipv4: skip'],
    ]);
    expect(
      readKtap(subtestsIn(tests[1] ?? { name: '', status: 'fail', skipReason: '', log: [] })).tests[2]?.skipReason,
    ).toMatch(/^inconclusive: /);
  });

  it('is read the same by Perl', () => {
    const read = readWithPerl(text);
    expect(read).toMatchObject({ errors: [], unknown: [], plan: '1..2' });
    expect(read.tests.map(({ ok }) => ok)).toEqual([false, false]);
    const nested = tests.map((test) => readWithPerl(subtestsIn(test)));
    expect(nested.map((one) => [one.errors, one.unknown])).toEqual([
      [[], []],
      [[], []],
    ]);
    expect(nested.flatMap((one) => one.tests.map(({ ok, directive }) => `${ok} ${directive}`.trim()))).toEqual([
      'true',
      'true',
      'false',
      'false',
      'true SKIP',
      'false',
      'true SKIP',
    ]);
  });
});
