import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeRun, type ReportedCheck, type ReportedRun, runWithReport } from '../support/command';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';
import { type Mutant, type MutantSet, mutantsOf } from '../support/mutants';
import { shippedSpecs } from '../support/shipped';

/** Where the first value of the matrix is not the one to take: one repetition cannot become one less. */
const PINNED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'specs/syn-queue/synack-timer.yaml': { retries: 2 },
};

interface Candidate {
  readonly spec: string;
  readonly mutant: Mutant;
  readonly file: string;
}

/** Nothing shortens what these show; mutants of them would take hours. */
const TOO_LONG = ['specs/closing/time-wait.yaml'];

/** Specs that mostly wait run beside each other in any number; those with a server need the processor. */
const GROUPS = [
  // Whole floods of all mutants would keep everything else waiting.
  { name: 'waiting', options: ['--jobs', '40', '--set', 'count=5000'] },
  { name: 'serving', options: [] },
] as const;

function folderOf(group: string): string {
  return join(temporaryFolder, 'mutants', group);
}

/** What is wrong with what came of a mutant; `undefined` when a check failed where the expectation was changed. */
function whyNotKilled({ spec, mutant }: Candidate, run: ReportedRun | undefined): string | undefined {
  const { what, line, kind, field } = mutant;
  // On a machine that is busy there may be no verdict, because a time differs or the harness was late: the check has failed all the same.
  const isNotPassed = run !== undefined && ['failed', 'inconclusive'].includes(run.status);
  if (isNotPassed && run.checks.some((check) => isExpectedFailure(check, mutant))) return undefined;
  const wanted = `a failed check of ${kind}${field === undefined ? '' : `, ${field},`} on line ${line}`;
  return `${spec}: ${what}: wanted ${wanted}; ${run === undefined ? 'did not run' : describeRun(run)}`;
}

function isExpectedFailure(check: ReportedCheck, { line, kind, field }: Mutant): boolean {
  if (check.passed || check.line !== line || check.kind !== kind) return false;
  if (field !== undefined) return check.mismatches.some((mismatch) => mismatch.field === field);
  return check.mismatches.length === 0 || kind === 'silence';
}

describe('each expectation of each shipped spec', () => {
  const sets = new Map<string, MutantSet>();
  const candidates: Candidate[] = [];
  const controls: string[] = [];
  const runs = new Map<string, ReportedRun>();

  function write(spec: string): void {
    const set = mutantsOf(readFileSync(join(ROOT, spec), 'utf8'), PINNED[spec]);
    sets.set(spec, set);
    const stem = spec.replace(/^specs\//, '').replaceAll('/', '.');
    const folder = folderOf(set.hasServerProcess ? 'serving' : 'waiting');
    const writeText = (name: string, text: string): string => {
      const file = join(folder, `${stem}.${name}.yaml`);
      writeFileSync(file, text);
      return file;
    };
    controls.push(writeText('control', set.control));
    set.mutants.forEach((mutant, index) => {
      candidates.push({ spec, mutant, file: writeText(String(index), mutant.text) });
    });
  }

  beforeAll(async () => {
    requireKernel();
    for (const { name } of GROUPS) mkdirSync(folderOf(name), { recursive: true });
    for (const spec of shippedSpecs()) if (!TOO_LONG.includes(spec)) write(spec);
    for (const { name, options } of GROUPS) {
      const { report } = await runWithReport([folderOf(name), '--ip', 'ipv4', '--longest', '40s', ...options]);
      // One text that is refused keeps all others from running.
      if (report.rejected.length > 0) throw new Error(JSON.stringify(report.rejected, undefined, 2));
      for (const run of report.results) runs.set(run.file, run);
    }
    // What has no verdict because the harness was late, among forty others, is asked again on its own.
    const late = controls.filter((file) => runs.get(file)?.status === 'inconclusive');
    if (late.length === 0) return;
    const { report } = await runWithReport([...late, '--ip', 'ipv4', '--jobs', '1', '--retries', '10']);
    for (const run of report.results) runs.set(run.file, run);
  }, 1_200_000);

  it('is changed in many ways', () => {
    expect(candidates.length).toBeGreaterThan(500);
    for (const [spec, { mutants }] of sets) expect(mutants.length, spec).toBeGreaterThan(4);
  });

  it('holds while it is not changed', () => {
    const failed = controls.filter((file) => runs.get(file)?.status !== 'passed').map((file) => runs.get(file));
    expect(failed.map((run) => (run === undefined ? 'did not run' : describeRun(run)))).toEqual([]);
  });

  it('fails on its own line when it is changed', () => {
    expect(candidates.flatMap((one) => whyNotKilled(one, runs.get(one.file)) ?? [])).toEqual([]);
  });

  it('is left alone only for a known reason', () => {
    const reasons = new Set([...sets.values()].flatMap((set) => set.unchangeable.map(({ reason }) => reason)));
    expect([...reasons].sort()).toEqual([
      'another kernel',
      'input of a call',
      'name of a timestamp',
      'origin of the sequence space',
      'patience with a server',
      'written as free',
    ]);
  });
});
