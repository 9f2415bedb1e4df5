import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
    expect([status, stdout]).toEqual([2, '']);
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
