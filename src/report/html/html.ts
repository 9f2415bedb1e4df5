/**
 * `--reporter html`: one page that shows a suite and, of each run, everything that `RunView` holds. Written at the end,
 * run by run, so that no more than one of them is in memory twice.
 *
 * `view.ts` is what page and reporter agree on; `browser/` is what runs in the page, `scale.ts`, `fields.ts` and
 * `hex-dump.ts` are what it works out with.
 */
import { linesOf, type SourceFile } from '../../spec/source';
import { renderDiagnostic } from '../../spec/render';
import { labelOf } from '../../suite/label';
import type { RejectedSpec, RunResult, SuiteListener, SuiteSummary } from '../../suite/suite';
import type { Sink } from '../report';
import { DOCUMENT_END, dataElement, documentHead, type PageParts } from './document';
import { briefOf, runView } from './run-view';
import { DATA_ID, type FileDiagnostics, type ItemSummary, type RejectedView, type SuiteView } from './view';

/** Collects what was read and rejected, and writes the page when the suite is finished. */
export function htmlReporter({ write }: Sink, parts: () => PageParts): SuiteListener {
  const page = new Page(write, parts());
  return (event) => {
    if (event.kind === 'spec-rejected') page.rejected.push(event.rejected);
    if (event.kind === 'spec-warned') page.warned.push(event.rejected);
    if (event.kind === 'suite-started') page.read.push(...event.files);
    if (event.kind === 'suite-finished') page.write(event.results, event.summary);
  };
}

class Page {
  readonly rejected: RejectedSpec[] = [];
  readonly warned: RejectedSpec[] = [];
  readonly read: SourceFile[] = [];
  readonly #write: (text: string) => void;
  readonly #parts: PageParts;

  constructor(write: (text: string) => void, parts: PageParts) {
    this.#write = write;
    this.#parts = parts;
  }

  write(results: readonly RunResult[], summary: SuiteSummary): void {
    const ran = new Set(results.map(({ run }) => run.timeline.file));
    const sources = [...this.read.filter(({ path }) => ran.has(path)), ...this.rejected.map(({ file }) => file)];
    const numbers = new Map(sources.map(({ path }, index) => [path, index]));
    this.#write(documentHead(this.#suiteView(results, summary), this.#parts, countsText(summary)));
    sources.forEach(({ text }, index) => this.#data(`${DATA_ID.source}${index}`, text));
    results.forEach((result, index) => {
      this.#data(`${DATA_ID.item}${index}`, runView(result, numbers.get(result.run.timeline.file)));
    });
    this.rejected.forEach((one, index) => {
      const source = sources.length - this.rejected.length + index;
      this.#data(`${DATA_ID.item}${results.length + index}`, rejectedView(one, source));
    });
    this.#write(DOCUMENT_END);
  }

  #data(id: string, value: unknown): void {
    this.#write(`${dataElement(id, value, this.#parts)}\n`);
  }

  #suiteView(results: readonly RunResult[], { durationMs }: SuiteSummary): SuiteView {
    const startedAt = results
      .flatMap(({ trace }) => (trace === undefined ? [] : [trace.environment.startedAt]))
      .sort()[0];
    return {
      program: this.#parts.program,
      ...(startedAt === undefined ? {} : { startedAt }),
      durationMs,
      items: [...results.map(summaryOf), ...this.rejected.map(rejectedSummary)],
      warnings: this.warned.map(diagnosticsOf),
    };
  }
}

function summaryOf(result: RunResult): ItemSummary {
  const { run, verdict, durationMs, trace } = result;
  const { file, name } = run.timeline;
  const kernel = trace?.environment.kernel ?? run.kernel;
  const brief = briefOf(result);
  return {
    status: verdict.status,
    file,
    label: labelOf(run),
    name,
    durationMs,
    ...(kernel === undefined ? {} : { kernel }),
    ...(brief === undefined ? {} : { brief }),
  };
}

function rejectedSummary({ file, diagnostics }: RejectedSpec): ItemSummary {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return { status: 'rejected', file: file.path, label: '', name: '', brief: `${errors[0]?.message ?? ''}${more}` };
}

function rejectedView(rejected: RejectedSpec, source: number): RejectedView {
  const { file, diagnostics } = rejected;
  const marked = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ span }) => linesOf(file).placeOf(span.start).line);
  return { kind: 'rejected', diagnostics: diagnosticsOf(rejected), source, marked };
}

function diagnosticsOf({ file, diagnostics }: RejectedSpec): FileDiagnostics {
  return { file: file.path, texts: diagnostics.map((one) => renderDiagnostic(one, file)) };
}

function countsText(summary: SuiteSummary): string {
  const { passed, failed, skipped, errored, inconclusive, rejected } = summary;
  const counts = { passed, failed, skipped, errored, inconclusive, rejected };
  const text = Object.entries(counts)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
  return `The suite: ${text}.`;
}
