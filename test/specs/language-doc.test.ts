import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeRun, packetspec, type ReportedRun, runWithReport } from '../support/command';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';

interface Example {
  readonly page: string;
  /** Line of its first line in the page. */
  readonly line: number;
  readonly text: string;
  readonly isWhole: boolean;
  /** The line on which the page lets it fail, to show what that looks like. */
  readonly failsOn: number | undefined;
}

/** Each block of YAML on a page. */
function examplesOf(page: string): readonly Example[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map((block) => {
    const [, body = ''] = block;
    const line = text.slice(0, block.index).split('\n').length + 1;
    const below = text.slice(block.index + block[0].length).split('\n```yaml')[0] ?? '';
    const failure = /^ {4}FAIL .*\n(?: {4}.*\n)*? {4}.*\.yaml:(\d+):/m.exec(below)?.[1];
    return {
      page,
      line,
      text: body,
      isWhole: /^name:/m.test(body) && /^steps:/m.test(body),
      failsOn: failure === undefined ? undefined : Number(failure),
    };
  });
}

describe('the examples of the documentation', () => {
  const folder = join(temporaryFolder, 'examples');
  const fileOf = ({ page, line }: Example): string => join(folder, `${page}.${line}.yaml`);
  const examples = readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .flatMap(examplesOf);
  let runs: readonly ReportedRun[];

  beforeAll(async () => {
    requireKernel();
    mkdirSync(folder, { recursive: true });
    for (const example of examples) if (example.isWhole) writeFileSync(fileOf(example), example.text);
    const { stdout, status } = await packetspec(['check', folder]);
    if (status !== 0) throw new Error(stdout);
    runs = (await runWithReport([folder])).report.results;
  });

  it('are whole specs on the page of the language', () => {
    const ofLanguage = examples.filter(({ page }) => page === 'language.md');
    expect(ofLanguage.length).toBeGreaterThan(20);
    expect(ofLanguage.filter(({ isWhole }) => !isWhole).map(({ line }) => line)).toEqual([]);
  });

  function runsOf(example: Example): readonly ReportedRun[] {
    return runs.filter(({ file }) => file === fileOf(example));
  }

  it('pass', () => {
    const passing = examples.filter(({ isWhole, failsOn }) => isWhole && failsOn === undefined);
    for (const example of passing) expect(runsOf(example).length, fileOf(example)).toBeGreaterThan(0);
    expect(
      passing
        .flatMap(runsOf)
        .filter(({ status }) => status !== 'passed')
        .map(describeRun),
    ).toEqual([]);
  });

  it('fail where the page shows a failure', () => {
    for (const example of examples.filter(({ failsOn }) => failsOn !== undefined)) {
      for (const run of runsOf(example)) {
        expect(run.status, fileOf(example)).toBe('failed');
        expect(run.checks.filter((check) => !check.passed).map(({ line }) => line)).toContain(example.failsOn);
      }
    }
  });
});
