import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/suite/suite';
import { writeTrace } from '../../src/trace/jsonl';
import { type CommandResult, packetspec } from '../support/command';
import * as scenes from '../report/scenes';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-replay-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function linesOf({ trace }: RunResult): string[] {
  if (trace === undefined) throw new Error('the run left no trace');
  return writeTrace(trace).trimEnd().split('\n');
}

function replay(text: string): Promise<CommandResult> {
  const file = join(folder, 'trace.jsonl');
  writeFileSync(file, text);
  return packetspec(['replay', file]);
}

describe('replay of a trace that is not whole', () => {
  const whole = linesOf(scenes.twoFailures());

  it('shows what there is of one that was cut off in a line, and says where', async () => {
    const last = (whole[4] ?? '').slice(0, 30);
    const { status, stdout, stderr } = await replay([...whole.slice(0, 4), last].join('\n'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/trace\.jsonl: line 5: is cut off/);
    expect(stderr).toMatch(/its last line, which says how the run ended, is missing; what is whole is shown/);
    expect(stdout).toMatch(/^ERR .*A full accept queue/m);
    expect(stdout).toMatch(/S\. 0:0\(0\) ack 1 win 65160/);
    expect(stdout).not.toMatch(/^(?:ok|FAIL)/m);
  });

  it('shows what stands before lines that are missing', async () => {
    const { status, stdout, stderr } = await replay([...whole.slice(0, 1), ...whole.slice(2)].join('\n'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/line \d: does not follow from what stands before it .*lines are missing, moved or changed/);
    expect(stdout).toMatch(/^ERR /m);
  });

  it.each([
    [
      'a newer version',
      (line: string) => line.replace(/"version":\d+/, '"version":1000'),
      /version 1000, that of a newer packetspec.*replay it with the one that wrote it/,
    ],
    [
      'a header without steps',
      (line: string) => line.replace('"steps":[', '"stops":['),
      /line 1: the header has no list `timeline\.steps`; was it edited\?/,
    ],
    [
      'a place that is none',
      (line: string) => line.replace('"line":12', '"line":"12"'),
      /line 1: the header has no number `timeline\.steps\.\*\.place\.line`/,
    ],
  ])('says what is wrong with %s', async (_, edit, said) => {
    const { status, stderr } = await replay([edit(whole[0] ?? ''), ...whole.slice(1)].join('\n'));
    expect(status).toBe(2);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain('defect');
  });

  it.each([
    ['', /the file is empty/],
    ['\u0000\u0001', /not a packetspec trace: `run --trace DIR` writes them/],
  ])('says that %j is none', async (text, said) => {
    const { status, stderr, stdout } = await replay(text);
    expect([status, stdout]).toEqual([2, '0 passed, 0 failed (0)\n']);
    expect(stderr).toMatch(said);
  });

  it('goes on with the next one', async () => {
    const good = join(folder, 'good.jsonl');
    writeFileSync(good, `${linesOf(scenes.passed()).join('\n')}\n`);
    const bad = join(folder, 'bad.jsonl');
    writeFileSync(bad, 'nothing');
    const { status, stdout } = await packetspec(['replay', bad, good]);
    expect(status).toBe(2);
    expect(stdout).toMatch(/^ok /m);
  });
});

describe('a folder of traces', () => {
  const ofKernel = (lines: readonly string[], kernel: string): string =>
    `${lines.join('\n')}\n`.replace(/"kernel":"[^"]*"/, `"kernel":"${kernel}"`);

  it('is reported as a suite, by the reporters of `run`', async () => {
    const traces = mkdtempSync(join(folder, 'traces-'));
    writeFileSync(join(traces, 'a.jsonl'), ofKernel(linesOf(scenes.passed()), '5.10.0'));
    writeFileSync(join(traces, 'b.jsonl'), ofKernel(linesOf(scenes.twoFailures()), '6.12.0'));
    writeFileSync(join(traces, 'notes.txt'), 'no trace');
    const [page, report] = [join(folder, 'page.html'), join(folder, 'report.json')];
    const { status, stdout, stderr } = await packetspec([
      'replay',
      traces,
      '--reporter',
      'console',
      '--reporter',
      `html=${page}`,
      '--reporter',
      `json=${report}`,
    ]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^ok .* on 5\.10\.0\]/m);
    expect(stdout).toMatch(/^FAIL .* on 6\.12\.0\]/m);
    expect(stdout).toMatch(/^1 passed, 1 failed/m);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/i);
    const { summary, results } = JSON.parse(readFileSync(report, 'utf8')) as {
      summary: unknown;
      results: readonly { status: string; kernel: string }[];
    };
    expect(summary).toMatchObject({ passed: 1, failed: 1 });
    expect(results.map(({ status: ended, kernel }) => `${ended} ${kernel}`)).toEqual([
      'passed 5.10.0',
      'failed 6.12.0',
    ]);
  });

  it('without any is said to be empty', async () => {
    const { status, stderr } = await packetspec(['replay', mkdtempSync(join(folder, 'empty-'))]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/empty-\w+: there is no trace in it \(\*\.jsonl\)/);
  });

  it('costs nothing when a report cannot be written: it is said before', async () => {
    const { status, stdout, stderr } = await packetspec(['replay', folder, '--reporter', 'html=/dev/null/a.html']);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/\/dev\/null/);
  });
});
