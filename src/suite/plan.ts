/** From spec texts to the list of runs, or to everything that is wrong with the texts. */
import { parseSpec } from '../spec/parse';
import type { Diagnostic } from '../spec/diagnostic';
import type { IpVariant } from '../spec/model';
import type { SourceFile } from '../spec/source';
import type { ParseSettings } from '../spec/spec';
import { compile } from '../timeline/compile';
import type { Timeline } from '../timeline/timeline';
import type { PlannedRun, RejectedSpec } from './suite';

export interface PlanSettings extends ParseSettings {
  /** Only these IP variants; absent: those that each spec asks for. */
  readonly onlyIp?: readonly IpVariant[];
  /** Only runs whose file, name or variant contains this text. */
  readonly filter?: string;
}

export interface Plan {
  readonly runs: readonly PlannedRun[];
  readonly rejected: readonly RejectedSpec[];
  /** Files with warnings only. */
  readonly warned: readonly RejectedSpec[];
}

/** Parses and compiles every file. */
export function planSuite(files: readonly SourceFile[], settings: PlanSettings): Plan {
  const rejected: RejectedSpec[] = [];
  const warned: RejectedSpec[] = [];
  const timelines: Timeline[] = [];
  for (const file of files) {
    const compiled = compileFile(file, settings);
    if (compiled.diagnostics.some((one) => one.severity === 'error')) {
      rejected.push({ file, diagnostics: compiled.diagnostics });
      continue;
    }
    if (compiled.diagnostics.length > 0) warned.push({ file, diagnostics: compiled.diagnostics });
    timelines.push(...compiled.timelines);
  }
  const wanted = timelines.filter((timeline) => matchesFilter(timeline, settings.filter));
  return { runs: wanted.map((timeline, index) => ({ index, timeline })), rejected, warned };
}

/** Every run of one file; none when there is an error among the diagnostics. */
export function compileFile(
  file: SourceFile,
  settings: PlanSettings,
): { timelines: readonly Timeline[]; diagnostics: readonly Diagnostic[] } {
  const parsed = parseSpec(file, settings);
  const compiled = parsed.specs.map((spec) => compile(spec, settings.onlyIp));
  const diagnostics = distinct([...parsed.diagnostics, ...compiled.flatMap((one) => one.diagnostics)]);
  return { timelines: compiled.flatMap((one) => one.timelines), diagnostics };
}

/** Several variants find the same mistake. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const byKey = new Map(diagnostics.map((one) => [`${one.span.start} ${one.code} ${one.message}`, one]));
  return [...byKey.values()].sort((left, right) => left.span.start - right.span.start);
}

function matchesFilter(timeline: Timeline, filter: string | undefined): boolean {
  if (filter === undefined) return true;
  return [timeline.file, timeline.name, timeline.variant.label].some((text) =>
    text.toLowerCase().includes(filter.toLowerCase()),
  );
}
