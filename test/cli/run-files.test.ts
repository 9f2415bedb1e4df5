import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutputError, Outputs } from '../../src/cli/output';
import { PCAPNG_FILES } from '../../src/cli/pcapng-files';
import { openRunFolder, runFileName } from '../../src/cli/run-files';
import { TRACE_FILES } from '../../src/cli/trace-files';
import type { Timeline } from '../../src/timeline/timeline';
import { readTrace } from '../../src/trace/jsonl';
import { inject, seg, sent, timelineOf } from '../support/builders';
import { resultOf } from '../support/results';

const SYN = seg('S', { seq: 0 });

function timelineIn(file: string, label = 'ipv4'): Timeline {
  return timelineOf([inject(SYN)], { file, variant: { ip: 'ipv4', matrix: {}, label } });
}

describe('the name of a file', () => {
  const nameOf = (file: string, label: string, kernel?: string): string =>
    runFileName({ index: 0, timeline: timelineIn(file, label), ...(kernel === undefined ? {} : { kernel }) });

  it.each([
    ['specs/a/b.yaml', 'ipv4', undefined, 'specs-a-b.ipv4'],
    ['specs/a/b.yml', 'ipv6 backlog=5', undefined, 'specs-a-b.ipv6-backlog=5'],
    ['/abs/x.yaml', 'ipv4 name=a/b', undefined, 'abs-x.ipv4-name=a-b'],
    ['a.pkt', 'ipv4', '6.12', 'a.pkt.ipv4-on-6.12'],
  ])('of %s [%s] on %s', (file, label, kernel, name) => {
    expect(nameOf(file, label, kernel)).toBe(name);
  });

  it.each(['../../etc/passwd.yaml', '/etc/passwd.yaml', 'a\0b.yaml', 'C:\\x.yaml'])(
    'never leaves the folder: %j',
    (file) => {
      expect(nameOf(file, 'ipv4')).toMatch(/^[\w.=-]+$/);
    },
  );
});

describe('a folder with a file for each run', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packetspec-traces-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes one file for each run, and makes its folder', () => {
    const target = join(folder, 'deep/er');
    const keep = openRunFolder(target, TRACE_FILES, new Outputs());
    const result = resultOf(timelineIn('specs/a.yaml'), [sent(0, 0, SYN)]);
    keep(result);
    expect(readdirSync(target)).toEqual(['specs-a.ipv4.jsonl']);
    expect(readTrace(readFileSync(join(target, 'specs-a.ipv4.jsonl'), 'utf8'))).toEqual({
      kind: 'trace',
      trace: result.trace,
      lines: [2],
      problems: [],
    });
  });

  it('writes nothing for a run without a trace', () => {
    const target = join(folder, 'none');
    const { trace: _, ...without } = resultOf(timelineIn('specs/a.yaml'), []);
    openRunFolder(target, TRACE_FILES, new Outputs())(without);
    expect(readdirSync(target)).toEqual([]);
  });

  it('loses none, although names look alike', () => {
    const target = join(folder, 'alike');
    const keep = openRunFolder(target, TRACE_FILES, new Outputs());
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

  it('calls a trace and a capture of the same run alike', () => {
    const target = join(folder, 'both');
    const keep = [TRACE_FILES, PCAPNG_FILES].map((kind) => openRunFolder(target, kind, new Outputs()));
    for (const file of ['a/b.yaml', 'a-b.yaml'])
      for (const one of keep) one(resultOf(timelineIn(file), [sent(0, 0, SYN)]));
    const names = ['a-b.ipv4.2', 'a-b.ipv4'];
    expect(readdirSync(target).sort()).toEqual(names.flatMap((name) => [`${name}.jsonl`, `${name}.pcapng`]).sort());
  });

  it('a folder that cannot be made is told before anything runs', () => {
    expect(() => openRunFolder('/dev/null/traces', TRACE_FILES, new Outputs())).toThrow(OutputError);
  });
});
