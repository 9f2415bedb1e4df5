import { describe, expect, it } from 'vitest';
import { present } from '../../src/base/assert';
import { consoleReporter, resultLines } from '../../src/report/console';
import { painter } from '../../src/report/paint';
import type { RunResult, SuiteEvent } from '../../src/suite/suite';
import { summaryOf } from '../support/results';
import { collecting } from '../support/sinks';
import { sourceFiles } from '../support/sources';
import * as scenes from './scenes';

function shown(result: RunResult): string {
  return `\n${resultLines(result, { paint: painter(false), columns: 80, whole: false }).join('\n')}\n`;
}

function printed(events: readonly SuiteEvent[], color = false): string {
  const { sink, parts } = collecting({ color });
  const listener = consoleReporter(sink);
  for (const event of events) listener(event);
  return parts.join('');
}

describe('a run', () => {
  it('that passed is one line', () => {
    expect(shown(scenes.passed())).toMatchInlineSnapshot(`
      "
      ok   specs/accept/full.yaml [ipv4] A full accept queue (12.3ms)
      "
    `);
  });

  it('with a wrong segment shows both, and marks what differs', () => {
    expect(shown(scenes.wrongSegment())).toMatchInlineSnapshot(`
      "
      FAIL specs/accept/full.yaml [ipv4] A full accept queue (12.3ms)
           specs/accept/full.yaml:11:5: expect S. 0:0(0) ack 1 <mss 1460>
           11 |   - expect: S. 0:0(0) ack 1 <mss 1460>
              | expected  S. 0:0(0) ack 1 <mss 1460>
              |           ^^              ^^^^^^^^^^
              | observed  R. 0:0(0) ack 1 win 0
              |           ^^
              = flags: expected S., observed R.
              = options: expected <mss 1460>, observed <>
              = time: expected +0 (tolerance +4ms), observed +9.051ms
              = at 9.052ms
           2 later step(s) not reached
             line      time  conn     harn ker  segment
               10  0.000001  default  |----->|  S 0:0(0) win 64240 <mss 1460>
           !   11  0.009052  default  |<-----|  R. 0:0(0) ack 1 win 0
                                                  expected S. 0:0(0) ack 1 <mss 1460>
                                                  differs in flags, options, time
           ?    -  0.009053  late     |<-----|  R. 0:0(0) ack 1 win 0
                                                [stray: no step took it]
           hint: --events shows which segments the kernel dropped, and why
      "
    `);
  });

  it('for which nothing came', () => {
    expect(shown(scenes.nothingCame())).toMatchInlineSnapshot(`
      "
      FAIL specs/accept/full.yaml [ipv4] A full accept queue (12.3ms)
           specs/accept/full.yaml:11:5: expect S. 0:0(0) ack 1 <mss 1460>
           11 |   - expect: S. 0:0(0) ack 1 <mss 1460>
              | expected  S. 0:0(0) ack 1 <mss 1460>
              = nothing came until 1.004001s
              = at 1.004001s
           2 later step(s) not reached
             line      time  harness kernel  segment
               10  0.000001  |----------->|  S 0:0(0) win 64240 <mss 1460>
                             :            :  1.004s later
           !   11  1.004001  |< - - - - - |  expected S. 0:0(0) ack 1 <mss 1460>
                                               nothing came until 1.004001s
           hint: --events shows which segments the kernel dropped, and why
      "
    `);
  });

  it('with two failures shows both', () => {
    expect(shown(scenes.twoFailures())).toMatchInlineSnapshot(`
      "
      FAIL specs/accept/full.yaml [ipv4] A full accept queue (12.3ms)
           specs/accept/full.yaml:12:5: queue: queue accept
           12 |   - queue: { accept: 6, limit: 5 }
              = accept: expected 6, observed 7
              = at 70us
           specs/accept/full.yaml:13:5: silence 1s
           13 |   - silence: 1s
              = silence: expected nothing, observed . 777001:777001(0) ack 1 win 65535 (late)
              = came 499.94ms into the silence
              = at 500ms
             line      time  conn     harn ker  segment
               10  0.000001  default  |----->|  S 0:0(0) win 64240 <mss 1460>
               11  0.000052  default  |<-----|  S. 0:0(0) ack 1 win 65160 <mss 1460>
           !   12  0.000070  default  |      *  queue: accept 7 (expected 6), limit 5
                                      :      :  499.93ms later
           !    -  0.500000  late     |<-----|  . 777001:777001(0) ack 1 win 65535
                                                [stray: no step took it]
                                                  failed: silence 1s
           hint: --events shows which segments the kernel dropped, and why
      "
    `);
  });

  it('that was skipped says why', () => {
    expect(shown(scenes.skipped())).toMatchInlineSnapshot(`
      "
      skip specs/accept/full.yaml [ipv4] A full accept queue (12.3ms)
           requires kernel >=7.0; this is 6.18.0-test
      "
    `);
  });

  it('in a failing environment names the line, the code and the way out', () => {
    expect(shown(scenes.errored())).toMatchInlineSnapshot(`
      "
      ERR  specs/accept/full.yaml [ipv4] A full accept queue (12.3ms)
           specs/accept/full.yaml:7: this network has no sysctl net.ipv4.x [unknown-sysctl]
           hint: see sysctl -a
      "
    `);
  });

  it('without a verdict in virtual time does not send anybody to an idle machine', () => {
    const result = scenes.inconclusive();
    const trace = present(result.trace, 'the trace');
    const virtual = { ...result, trace: { ...trace, environment: { ...trace.environment, time: 'virtual' as const } } };
    expect(shown(virtual)).toContain('as late each time; a larger tolerance lets it be');
    expect(shown(virtual)).not.toContain('idle machine');
  });

  it('without a verdict in a guest in real time says what guests do', () => {
    const result = scenes.inconclusive();
    expect(shown({ ...result, run: { ...result.run, kernel: '6.12' } })).toContain('--time virtual is exact');
  });

  it('without a verdict says how late the harness was, and how often it tried', () => {
    expect(shown(scenes.inconclusive())).toMatchInlineSnapshot(`
      "
      ???? specs/accept/full.yaml [ipv4] A full accept queue (1.5s, 3 attempts)
           the harness was 9ms late with line 10 (inject S 0:0(0) win 64240 <mss 1460>); 4ms are allowed
           neither passed nor failed: try again on an idle machine, or with fewer --jobs
      "
    `);
  });
});

describe('a suite', () => {
  const results = [scenes.passed(), scenes.skipped()];

  it('from beginning to end', () => {
    const text = printed([
      { kind: 'suite-started', runs: results.map(({ run }) => run), files: sourceFiles(1), jobs: 1 },
      ...results.flatMap((result): SuiteEvent[] => [
        { kind: 'run-started', run: result.run, attempt: 1 },
        { kind: 'run-finished', result },
      ]),
      { kind: 'suite-finished', summary: summaryOf({ passed: 1, skipped: 1 }), results },
    ]);
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      2 runs of 1 spec, 1 job
      ok   specs/accept/full.yaml [ipv4] A full accept queue (12.3ms)
      skip specs/accept/full.yaml [ipv4] A full accept queue (12.3ms)
           requires kernel >=7.0; this is 6.18.0-test
      1 passed, 0 failed, 1 skipped (1.234s)
      "
    `);
  });

  it('with rejected files shows every mistake, with its place', () => {
    const file = { path: 'specs/bad.yaml', text: 'name: x\nserver: { backlogg: 5 }\n' };
    const diagnostics = [
      {
        severity: 'error',
        code: 'unknown-key',
        message: 'unknown key `backlogg`',
        span: { start: 18, end: 26 },
        hint: 'did you mean `backlog`?',
      },
      { severity: 'error', code: 'missing-key', message: '`steps` is missing', span: { start: 0, end: 4 } },
    ] as const;
    const text = printed([
      { kind: 'spec-rejected', rejected: { file, diagnostics } },
      { kind: 'suite-finished', summary: summaryOf({ rejected: 1 }), results: [] },
    ]);
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      error[unknown-key]: unknown key \`backlogg\`
       --> specs/bad.yaml:2:11
        |
      2 | server: { backlogg: 5 }
        |           ^^^^^^^^
        hint: did you mean \`backlog\`?

      error[missing-key]: \`steps\` is missing
       --> specs/bad.yaml:1:1
        |
      1 | name: x
        | ^^^^

      0 passed, 0 failed, 1 rejected (1.234s)
      "
    `);
  });

  it('says the counts that are not zero, and passed and failed always', () => {
    const all = printed([
      {
        kind: 'suite-finished',
        summary: { passed: 1, failed: 2, skipped: 3, errored: 4, inconclusive: 5, rejected: 6, durationMs: 61_500 },
        results: [],
      },
    ]);
    expect(all).toBe('1 passed, 2 failed, 3 skipped, 4 errored, 5 inconclusive, 6 rejected (61.5s)\n');
    expect(printed([{ kind: 'suite-finished', summary: summaryOf({ durationMs: 0 }), results: [] }])).toBe(
      '0 passed, 0 failed (0)\n',
    );
  });
});

describe('colour', () => {
  it('is used only where it is allowed, and says nothing alone', () => {
    const events: readonly SuiteEvent[] = [{ kind: 'run-finished', result: scenes.wrongSegment() }];
    const escape = new RegExp(`${String.fromCharCode(27)}\\[[0-9]+m`, 'g');
    expect(printed(events)).not.toMatch(escape);
    expect(printed(events, true)).toMatch(escape);
    expect(printed(events, true).replaceAll(escape, '')).toBe(printed(events));
  });
});

it('lets no control sequence of a spec or a command through', () => {
  const errored = scenes.errored();
  const trouble = { code: 'command-failed', message: 'it printed: \u001b]0;title\u0007\u001b[2J\n\tmore' };
  const result = { ...errored, verdict: { ...errored.verdict, trouble } };
  const text = printed([{ kind: 'run-finished', result }], true);
  // What it printed stands below, indented.
  expect(text).toContain('it printed: ·]0;title··[2J\n       \tmore');
});

it('explains a run without segments by what was done and seen', () => {
  const lines = resultLines(scenes.withoutSegments(), { paint: painter(false), columns: 80, whole: true }).join('\n');
  expect(lines).toMatch(/^ok .*A quiet host/);
  expect(lines).toMatch(/1\.\d+ .*silence 1s/);
  expect(lines).toContain('no segment crossed the link');
});
