/** The report for people at a terminal, or reading a log: a line per run, an explanation for each that did not pass. */
import { formatDuration, NS_PER_MS } from '../base/nanoseconds';
import { renderDiagnostic } from '../spec/render';
import { labelOf } from '../suite/label';
import type { RejectedSpec, RunResult, SuiteListener, SuiteSummary } from '../suite/suite';
import type { Trace } from '../trace/trace';
import type { VerdictStatus } from '../verify/verify';
import { failureLines } from './failure';
import { eventRemarks } from './kernel';
import { type LadderStyle, ladderLines } from './ladder';
import { type Paint, painter, printableLines, type Style } from './paint';
import type { Sink } from './report';

const LABELS: Readonly<Record<VerdictStatus, readonly [text: string, style: Style]>> = {
  passed: ['ok  ', 'good'],
  failed: ['FAIL', 'bad'],
  skipped: ['skip', 'warn'],
  errored: ['ERR ', 'bad'],
  inconclusive: ['????', 'warn'],
};

const INDENTATION = '     ';

/** Prints results as they come, and the summary at the end. */
export function consoleReporter(sink: Sink): SuiteListener {
  const { write, color } = sink;
  const paint = painter(color);
  const print = (lines: readonly string[]): void =>
    write(printableLines(lines.map((line) => `${line}\n`).join(''), color));
  return (event) => {
    switch (event.kind) {
      case 'spec-rejected':
      case 'spec-warned':
        print(diagnosticLines(event.rejected));
        return;
      case 'suite-started':
        if (event.jobs === undefined) return;
        print([
          paint(
            'dim',
            `${count(event.runs.length, 'run')} of ${count(event.files.length, 'spec')}, ${count(event.jobs, 'job')}`,
          ),
        ]);
        return;
      case 'run-started':
        return;
      case 'run-finished':
        print(resultLines(event.result, { paint, columns: sink.columns, whole: sink.explain }));
        return;
      case 'suite-finished':
        print(summaryLines(event.summary, paint));
    }
  };
}

/** All diagnostics of a file, with an empty line behind each. */
export function diagnosticLines({ file, diagnostics }: RejectedSpec): readonly string[] {
  return diagnostics.flatMap((one) => [renderDiagnostic(one, file), '']);
}

/** One run: its headline, and what there is to explain. */
export function resultLines(result: RunResult, style: LadderStyle): readonly string[] {
  const { paint, columns } = style;
  const { run, verdict, attempts, durationMs } = result;
  const [label, emphasis] = LABELS[verdict.status];
  const again = attempts > 1 ? `, ${attempts} attempts` : '';
  const time = paint('dim', `(${formatDuration(Math.round(durationMs * NS_PER_MS))}${again})`);
  const { file, name } = run.timeline;
  const headline = `${paint(emphasis, label)} ${file} [${labelOf(run)}] ${name} ${time}`;
  const inside = { ...style, columns: columns - INDENTATION.length };
  return [headline, ...explanation(result, inside).map((line) => `${INDENTATION}${line}`)];
}

/** What there is to say of a run: why it did not pass, and the ladder of a failed one, or of any when all is wanted. */
export function explanation(result: RunResult, style: LadderStyle): readonly string[] {
  return [...leftOutLines(result), ...whyAndHow(result, style)];
}

/** What was not done and not judged, a line for each reason. */
function leftOutLines({ run }: RunResult): readonly string[] {
  const { leftOut = [] } = run.timeline;
  return [...new Set(leftOut.map(({ reason }) => reason))].map((reason) => {
    const lines = [...new Set(leftOut.filter((one) => one.reason === reason).map(({ place }) => place.line))];
    return `left out: ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}: ${reason}`;
  });
}

function whyAndHow(result: RunResult, style: LadderStyle): readonly string[] {
  if (result.verdict.status === 'failed') return failureLines(result, style);
  const ladder =
    style.whole && (result.verdict.crossed.length > 0 || result.verdict.checks.length > 0)
      ? [...ladderLines(result, style), ...eventRemarks(result, style.paint)]
      : [];
  return [...reasonLines(result), ...ladder];
}

const AGAIN = 'try again on an idle machine, or with fewer --jobs';

/** What another try may do better: under virtual time it would be the same. A replay names kernels too that were no guest's. */
function wayToVerdict(kernel: string | undefined, trace: Trace | undefined): string {
  if (trace?.environment.time === 'virtual')
    return 'in virtual time a step is as late each time; a larger tolerance lets it be';
  return kernel === undefined ? AGAIN : `${AGAIN}; a guest without KVM is late there too, --time virtual is exact`;
}

function reasonLines({ verdict, run, trace }: RunResult): readonly string[] {
  switch (verdict.status) {
    case 'passed':
    case 'failed':
      return [];
    case 'skipped':
      return [verdict.reason ?? ''];
    case 'inconclusive':
      return [verdict.reason ?? '', `neither passed nor failed: ${wayToVerdict(run.kernel, trace)}`];
    case 'errored': {
      const trouble = verdict.trouble;
      const place = trouble?.line === undefined ? '' : `${run.timeline.file}:${trouble.line}: `;
      const hint = trouble?.hint === undefined ? [] : [`hint: ${trouble.hint}`];
      // What a server or an agent has said may have lines of its own.
      const [first = '', ...said] = `${place}${trouble?.message ?? ''} [${trouble?.code ?? ''}]`.split('\n');
      return [first, ...said.map((line) => `  ${line}`), ...hint];
    }
  }
}

function summaryLines(summary: SuiteSummary, paint: Paint): readonly string[] {
  const parts = (['passed', 'failed', 'skipped', 'errored', 'inconclusive', 'rejected'] as const)
    .filter((key) => summary[key] > 0 || key === 'passed' || key === 'failed')
    .map((key) => paint(key === 'passed' ? 'good' : summary[key] > 0 ? 'bad' : 'dim', `${summary[key]} ${key}`));
  return [`${parts.join(', ')} ${paint('dim', `(${formatDuration(summary.durationMs * NS_PER_MS)})`)}`];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
