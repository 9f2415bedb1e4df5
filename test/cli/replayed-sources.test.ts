import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourcesOf } from '../../src/cli/replayed-sources';
import type { RunResult } from '../../src/suite/suite';
import * as scenes from '../report/scenes';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-sources-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function at(path: string): RunResult {
  const result = scenes.twoFailures();
  return { ...result, run: { ...result.run, timeline: { ...result.run.timeline, file: path } } };
}

/** The lines that the trace knows, with something between them. */
function textWith(other: string): string {
  const lines: string[] = [];
  for (const { place } of at('').run.timeline.steps) lines[place.line - 1] = place.text;
  return Array.from(lines, (line) => line ?? other).join('\n');
}

describe('the spec of a replayed trace', () => {
  it('is the file, where its lines are those of the trace', () => {
    const path = join(folder, 'same.yaml');
    writeFileSync(path, textWith('# a comment'));
    expect(sourcesOf([at(path), at(path)])).toEqual([{ path, text: textWith('# a comment') }]);
  });

  it.each([
    ['has changed', 'changed.yaml'],
    ['is not there', 'gone.yaml'],
  ])('has the lines that the trace knows, where the file %s', (_, name) => {
    const path = join(folder, name);
    if (name === 'changed.yaml') writeFileSync(path, `name: another\n${textWith('# a comment')}`);
    expect(sourcesOf([at(path)])).toEqual([{ path, text: textWith('') }]);
  });
});
