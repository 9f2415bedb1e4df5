/**
 * `--reporter github`: workflow commands of GitHub Actions, which become annotations at the lines of specs. One as soon
 * as each run has finished; see docs/reports.md for what becomes of each status.
 */
import { visible } from '../base/printable';
import { linesOf } from '../spec/source';
import { labelOf } from '../suite/label';
import type { RejectedSpec, RunResult, SuiteListener } from '../suite/suite';
import { whyFailed } from './evidence';
import type { Sink } from './report';

type Level = 'error' | 'warning' | 'notice';

interface Annotation {
  readonly level: Level;
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly title: string;
  /** May have several lines. */
  readonly message: string;
}

export function githubReporter({ write }: Sink): SuiteListener {
  const annotate = (annotations: readonly Annotation[]): void => {
    for (const one of annotations) write(`${commandOf(one)}\n`);
  };
  return (event) => {
    switch (event.kind) {
      case 'spec-rejected':
      case 'spec-warned':
        annotate(ofDiagnostics(event.rejected));
        return;
      case 'run-finished':
        annotate(ofResult(event.result));
        return;
      case 'suite-started':
      case 'run-started':
      case 'suite-finished':
    }
  };
}

function ofDiagnostics({ file, diagnostics }: RejectedSpec): readonly Annotation[] {
  return diagnostics.map(({ severity, code, message, hint, span }) => ({
    level: severity === 'error' ? 'error' : 'warning',
    file: file.path,
    ...linesOf(file).placeOf(span.start),
    title: code,
    message: hint === undefined ? message : `${message}\nhint: ${hint}`,
  }));
}

function ofResult({ run, verdict }: RunResult): readonly Annotation[] {
  const { file, name, steps } = run.timeline;
  const title = `${verdict.status}: ${name} [${labelOf(run)}]`;
  const whole = { file, title, message: verdict.reason ?? '' };
  switch (verdict.status) {
    case 'passed':
      return [];
    case 'skipped':
      return [{ level: 'notice', ...whole }];
    case 'inconclusive':
      return [{ level: 'warning', ...whole }];
    case 'errored': {
      const { message = '', code = '', hint, line } = verdict.trouble ?? {};
      const hinted = hint === undefined ? '' : `\nhint: ${hint}`;
      return [{ level: 'error', file, line, title, message: `${message} [${code}]${hinted}` }];
    }
    case 'failed':
      return verdict.checks
        .filter((check) => !check.passed)
        .map((check) => {
          const place = steps[check.step]?.place;
          const sides =
            check.expected === undefined ? '' : `\nexpected ${check.expected}\nobserved ${check.observed ?? 'nothing'}`;
          const message = `${check.title}: ${whyFailed(check)}${sides}`;
          return { level: 'error', file, line: place?.line, column: place?.column, title, message };
        });
  }
}

/** `::error file=a.yaml,line=3,col=5,title=T::message` */
function commandOf({ level, file, line, column, title, message }: Annotation): string {
  const properties = Object.entries({ file, line, col: column, title })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${level} ${properties.join(',')}::${data(message)}`;
}

/** As @actions/core does it: what would end the command, and the sign that begins an escape. */
function data(text: string): string {
  return text.split('\n').map(visible).join('\n').replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
