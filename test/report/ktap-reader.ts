/**
 * KTAP as the kernel's own tools read it, by the rules that Documentation/dev-tools/ktap.rst lays down and
 * tools/testing/kunit/kunit_parser.py holds streams to: a version line, a plan, results that are numbered from 1 in
 * order, directives in capitals behind ` # `, everything else that begins with a number sign a diagnostic line. To that
 * parser the subtests of kselftest's dialect, behind `# `, are diagnostics of the test that follows; here each block of
 * them is held to the same rules once more.
 */

export interface KtapReading {
  /** What kunit_parser would complain of. */
  readonly errors: readonly string[];
  readonly tests: readonly KtapTest[];
}

export interface KtapTest {
  readonly name: string;
  readonly status: 'pass' | 'fail' | 'skip';
  readonly skipReason: string;
  readonly log: readonly string[];
}

const VERSION = /^K?TAP version (?:1|13|14)$/;
const PLAN = /^1\.\.([0-9]+)$/;
const RESULT = /^(ok|not ok) ([0-9]+) (?:- )?([^#]*)(?: # (.*))?$/;
const SKIP = /^SKIP ?(.*)$/;

export function readKtap(text: string): KtapReading {
  const errors: string[] = [];
  const tests: KtapTest[] = [];
  const lines = text.replace(/\n$/, '').split('\n');
  if (!VERSION.test(lines[0] ?? '')) errors.push(`no version line: ${lines[0] ?? ''}`);
  const planned = Number(PLAN.exec(lines[1] ?? '')?.[1] ?? Number.NaN);
  let log: string[] = [];
  for (const line of lines.slice(2)) {
    const [whole, outcome, number, name = '', directive = ''] = RESULT.exec(line) ?? [];
    if (whole === undefined) {
      if (!/^#(?: |$)/.test(line)) errors.push(`neither a result nor a diagnostic: ${line}`);
      log.push(line.slice(2));
      continue;
    }
    if (Number(number) !== tests.length + 1)
      errors.push(`expected test number ${tests.length + 1}, found ${number ?? ''}`);
    const skipped = SKIP.exec(directive);
    const status = skipped === null ? (outcome === 'ok' ? 'pass' : 'fail') : 'skip';
    tests.push({ name: name.trim(), status, skipReason: skipped?.[1] ?? '', log });
    log = [];
  }
  if (planned !== tests.length) errors.push(`planned ${planned} tests, found ${tests.length}`);
  return { errors, tests };
}

/** The subtests of a test, out of its diagnostic lines, as a stream of their own. */
export function subtestsIn({ log }: KtapTest): string {
  const start = log.findIndex((line) => VERSION.test(line));
  return `${log.slice(start).join('\n')}\n`;
}
