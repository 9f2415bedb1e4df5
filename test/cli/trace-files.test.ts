import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutputError, Outputs } from '../../src/cli/output';
import { openTraceFolder, traceFileName } from '../../src/cli/trace-files';
import type { Timeline } from '../../src/timeline/timeline';
import { readTrace } from '../../src/trace/jsonl';
import { inject, seg, sent, timelineOf } from '../support/builders';
import { resultOf } from '../support/results';

describe('the name of a trace file', () => {
  it.each([
    ['specs/a/b.yaml', 'ipv4', 'specs-a-b.ipv4.jsonl'],
    ['specs/a/b.yml', 'ipv6 backlog=5', 'specs-a-b.ipv6-backlog=5.jsonl'],
    ['/abs/x.yaml', 'ipv4 name=a/b', 'abs-x.ipv4-name=a-b.jsonl'],
  ])('of %s [%s]', (file, variant, name) => {
    expect(traceFileName(file, variant)).toBe(name);
  });

  it.each(['../../etc/passwd.yaml', '/etc/passwd.yaml', 'a\0b.yaml', 'C:\\x.yaml'])(
    'never leaves the folder: %j',
    (file) => {
      expect(traceFileName(file, 'ipv4')).toMatch(/^[\w.=-]+$/);
    },
  );
});

describe('--trace', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packetspec-traces-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const SYN = seg('S', { seq: 0 });
  const timelineIn = (file: string, label = 'ipv4'): Timeline =>
    timelineOf([inject(SYN)], { file, variant: { ip: 'ipv4', matrix: {}, label } });

  it('writes one file for each run, and makes its folder', () => {
    const target = join(folder, 'deep/er');
    const keep = openTraceFolder(target, new Outputs());
    const result = resultOf(timelineIn('specs/a.yaml'), [sent(0, 0, SYN)]);
    keep(result);
    expect(readdirSync(target)).toEqual(['specs-a.ipv4.jsonl']);
    expect(readTrace(readFileSync(join(target, 'specs-a.ipv4.jsonl'), 'utf8'))).toEqual({
      kind: 'trace',
      trace: result.trace,
      problems: [],
    });
  });

  it('writes nothing for a run without a trace', () => {
    const target = join(folder, 'none');
    const { trace: _, ...without } = resultOf(timelineIn('specs/a.yaml'), []);
    openTraceFolder(target, new Outputs())(without);
    expect(readdirSync(target)).toEqual([]);
  });

  it('loses none, although names look alike', () => {
    const target = join(folder, 'alike');
    const keep = openTraceFolder(target, new Outputs());
    for (const [file, label] of [
      ['a/b.yaml', 'ipv4'],
      ['a-b.yaml', 'ipv4'],
      ['a/b.yml', 'ipv4'],
      ['a/b.yaml', 'ipv4 n=x y'],
      ['a/b.yaml', 'ipv4 n=x-y'],
    ] as const) {
      keep(resultOf(timelineIn(file, label), [sent(0, 0, SYN)]));
    }
    expect(readdirSync(target)).toHaveLength(5);
  });

  it('a folder that cannot be made is told before anything runs', () => {
    expect(() => openTraceFolder('/dev/null/traces', new Outputs())).toThrow(OutputError);
  });
});
