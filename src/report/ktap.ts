/**
 * `--reporter ktap`: what `make run_tests` of the kernel's selftests prints, so that the CI systems which read that
 * read this: KTAP version 1 (Documentation/dev-tools/ktap.rst) in the dialect of kselftest's runner.sh.
 *
 * One test for each file, in the order of the plan, however the runs finish; inside of it, behind `# `, one subtest for
 * each run. A run of which nothing can be said because the harness was late is skipped, with the reason.
 */
import { printable } from '../base/printable';
import { labelOf } from '../suite/label';
import type { RunResult, RejectedSpec, SuiteListener } from '../suite/suite';
import { byFile, fileOf } from './by-file';
import { diagnosticLines, explanation } from './console';
import { InOrder } from './in-order';
import { PLAIN } from './ladder';
import type { Sink } from './report';

const HEADER = 'TAP version 13';

/** Writes each file as soon as all files before it and all of its own runs have finished. */
export function ktapReporter({ write }: Sink): SuiteListener {
  const print = (lines: readonly string[]): void => write(printable(lines.map((line) => `${line}\n`).join('')));
  const rejected: RejectedSpec[] = [];
  const inFiles = new Files();
  let files: number | undefined;
  let written = 0;
  const printFiles = (groups: readonly (readonly RunResult[])[]): void =>
    print(groups.flatMap((group) => fileLines(group, ++written)));
  return (event) => {
    switch (event.kind) {
      case 'spec-rejected':
        rejected.push(event.rejected);
        return;
      case 'suite-started':
        files = event.files.length;
        print([HEADER, `1..${files}`]);
        return;
      case 'run-finished':
        printFiles(inFiles.take(event.result));
        return;
      case 'suite-finished': {
        if (files === undefined) print([HEADER, `1..${rejected.length}`]);
        printFiles(byFile(event.results).slice(written));
        print(rejected.flatMap((one) => rejectedLines(one, ++written)));
        while (written < (files ?? 0))
          print([`ok ${++written} a file without runs # SKIP --filter or --ip leaves none`]);
        print([totals(event.results, rejected.length)]);
        return;
      }
      case 'spec-warned':
      case 'run-started':
    }
  };
}

/** Collects the runs of one file after the other. */
class Files {
  readonly #order = new InOrder();
  #group: RunResult[] = [];

  /** @returns the files that are complete now: a run of the next file is the sign that there is no other one */
  take(result: RunResult): readonly (readonly RunResult[])[] {
    const complete: (readonly RunResult[])[] = [];
    for (const next of this.#order.take(result)) {
      const last = this.#group.at(-1);
      if (last !== undefined && fileOf(last) !== fileOf(next)) {
        complete.push(this.#group);
        this.#group = [];
      }
      this.#group.push(next);
    }
    return complete;
  }
}

/** One file: its runs as subtests, and how it ended, as runner.sh says it. */
function fileLines(results: readonly RunResult[], number: number): readonly string[] {
  const [first] = results;
  const name = description(first === undefined ? '' : fileOf(first));
  const subtests = results.flatMap((result, index) => subtestLines(result, index + 1));
  const inside = [HEADER, `1..${results.length}`, ...subtests, totals(results, 0)];
  return [`# ${name}`, ...inside.map(comment), `${endOf(results)} ${number} ${name}${directiveOf(results)}`];
}

function endOf(results: readonly RunResult[]): string {
  return results.some(hasFailed) ? 'not ok' : 'ok';
}

function directiveOf(results: readonly RunResult[]): string {
  if (results.some(hasFailed)) return ' # exit=1';
  return results.every(({ verdict }) => verdict.status !== 'passed') ? ' # SKIP' : '';
}

function hasFailed({ verdict }: RunResult): boolean {
  return verdict.status === 'failed' || verdict.status === 'errored';
}

/** A run: what there is to say of it, and then its result. */
function subtestLines(result: RunResult, number: number): readonly string[] {
  const { status, reason } = result.verdict;
  const name = plain(labelOf(result.run));
  switch (status) {
    case 'passed':
      return [`ok ${number} ${name}`];
    case 'skipped':
      return [`ok ${number} ${name} # SKIP ${oneLine(reason ?? '')}`];
    case 'inconclusive':
      return [`ok ${number} ${name} # SKIP inconclusive: ${oneLine(reason ?? '')}`];
    case 'failed':
    case 'errored':
      return [...explanation(result, PLAIN).flatMap(commented), `not ok ${number} ${name}`];
  }
}

function rejectedLines(rejected: RejectedSpec, number: number): readonly string[] {
  const name = description(rejected.file.path);
  const why = diagnosticLines(rejected).flatMap(commented);
  return [`# ${name}`, ...why, `not ok ${number} ${name} # exit=2`];
}

/** What a test of the kernel's tree is called by its runner; any other file by its path. */
function description(path: string): string {
  const [, collection, file] = /(?:^|\/)selftests\/(.+)\/([^/]+)$/.exec(path) ?? [];
  return plain(file === undefined ? path : `selftests: ${collection ?? ''}: ${file}`);
}

/** A number sign would begin a directive. */
function plain(text: string): string {
  return oneLine(text).replaceAll('#', '_');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function commented(text: string): readonly string[] {
  return text.split('\n').map((line) => comment(line.trimEnd()));
}

function comment(line: string): string {
  return `# ${line}`.trimEnd();
}

/** The line that ends a list of tests in kselftest.h. */
function totals(results: readonly RunResult[], rejected: number): string {
  const count = (...statuses: readonly string[]): number =>
    results.filter(({ verdict }) => statuses.includes(verdict.status)).length;
  const errors = count('errored') + rejected;
  const skipped = count('skipped', 'inconclusive');
  return `# Totals: pass:${count('passed')} fail:${count('failed')} xfail:0 xpass:0 skip:${skipped} error:${errors}`;
}
