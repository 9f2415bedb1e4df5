/** From spec texts to the list of runs, or to everything that is wrong with the texts. */
import { parseSpec } from '../spec/parse';
import type { Diagnostic } from '../spec/diagnostic';
import type { SourceFile } from '../spec/source';
import type { ParseSettings } from '../spec/spec';
import { type CompileSettings, compile } from '../timeline/compile';
import type { Timeline } from '../timeline/timeline';
import type { PlannedRun, RejectedSpec } from './suite';

export interface PlanSettings extends ParseSettings, CompileSettings {
  /** Only runs whose file, name or variant contains this text. */
  readonly filter?: string;
}

export interface Plan {
  readonly runs: readonly PlannedRun[];
  readonly rejected: readonly RejectedSpec[];
  /** Files with warnings only. */
  readonly warned: readonly RejectedSpec[];
  /** Names of `--set` that no file knows. */
  readonly unknownSettings: readonly string[];
}

/** One file, parsed and compiled. */
export interface CompiledFile {
  readonly file: SourceFile;
  /** Every run; none when there is an error among the diagnostics. */
  readonly timelines: readonly Timeline[];
  readonly diagnostics: readonly Diagnostic[];
  readonly settable: readonly string[];
}

/** Parses and compiles every file. */
export function planSuite(files: readonly SourceFile[], settings: PlanSettings): Plan {
  const compiled = files.map((file) => compileFile(file, settings));
  const settable = new Set(compiled.flatMap((one) => one.settable));
  return {
    runs: compiled
      .flatMap(({ timelines }) => timelines)
      .filter((timeline) => matchesFilter(timeline, settings.filter))
      .map((timeline, index) => ({ index, timeline })),
    rejected: compiled.filter(isRejected),
    warned: compiled.filter((one) => !isRejected(one) && one.diagnostics.length > 0),
    // What a rejected file knows may not have been understood.
    unknownSettings: compiled.some(isRejected) ? [] : [...settings.set.keys()].filter((name) => !settable.has(name)),
  };
}

function isRejected({ diagnostics }: Pick<CompiledFile, 'diagnostics'>): boolean {
  return diagnostics.some((one) => one.severity === 'error');
}

function compileFile(file: SourceFile, settings: PlanSettings): CompiledFile {
  const parsed = parseSpec(file, settings);
  const compiled = parsed.specs.map((spec) => compile(spec, settings));
  const diagnostics = distinct([...parsed.diagnostics, ...compiled.flatMap((one) => one.diagnostics)]);
  const timelines = isRejected({ diagnostics }) ? [] : compiled.flatMap((one) => one.timelines);
  return { file, timelines, diagnostics, settable: parsed.settable };
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
