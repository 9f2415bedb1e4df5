/** `packetspec replay`: judges saved traces again and reports them, without touching the kernel. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/message';
import { fileOf } from '../report/by-file';
import { summarize } from '../suite/run';
import type { RunResult } from '../suite/suite';
import { type ReadTrace, readTrace } from '../trace/jsonl';
import type { Trace } from '../trace/trace';
import { judge } from '../verify/judge';
import { misfitOf } from '../verify/misfit';
import type { ReporterChoice } from './arguments';
import { EXIT } from './exit-codes';
import { Outputs } from './output';
import { PCAPNG_FILES } from './pcapng-files';
import { complain } from './read-plan';
import { sourcesOf } from './replayed-sources';
import { openRunFolder } from './run-files';
import { endReports, openReports } from './sinks';
import { TRACE_FILES } from './trace-files';

export interface ReplayOptions {
  readonly pcapng?: string;
  readonly reporter?: readonly ReporterChoice[];
}

/** Reports the verdict and the ladder of each trace; answers with the exit code. @throws OutputError */
export function replayCommand(paths: readonly string[], { pcapng, reporter }: ReplayOptions): number {
  const outputs = new Outputs();
  const report = openReports(reporter, outputs, { explain: true });
  const keepCapture = pcapng === undefined ? undefined : openRunFolder(pcapng, PCAPNG_FILES, outputs);
  const files = paths.flatMap(tracesIn);
  const replayed = files.map(replay);
  const results = asSuite(replayed.flatMap((one) => (one === undefined ? [] : [one.result])));
  report({ kind: 'suite-started', runs: results.map(({ run }) => run), files: sourcesOf(results) });
  for (const result of results) {
    keepCapture?.(result);
    report({ kind: 'run-finished', result });
  }
  const durationMs = results.reduce((sum, one) => sum + one.durationMs, 0);
  const summary = summarize(results, 0, durationMs);
  report({ kind: 'suite-finished', summary, results });
  const code = endReports(outputs, summary);
  return files.length === 0 || replayed.some((one) => one?.whole !== true) ? EXIT.rejected : code;
}

/** A file, or those of a folder that look like traces. */
function tracesIn(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const names = namesIn(path).filter((name) => name.endsWith(`.${TRACE_FILES.extension}`));
  if (names.length === 0) complain([`${path}: there is no trace in it (*.${TRACE_FILES.extension})`]);
  return [...names].sort().map((name) => join(path, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    complain([messageOf(error)]);
    return [];
  }
}

/** The runs of one file together, as a suite has them; the kernel says which is which when there are several. */
function asSuite(results: readonly RunResult[]): readonly RunResult[] {
  const kernels = new Set(results.map(({ trace }) => trace?.environment.kernel));
  const files = [...new Set(results.map(fileOf))];
  const places = new Map(files.map((file, place) => [file, place]));
  const placeOf = (result: RunResult): number => places.get(fileOf(result)) ?? 0;
  const grouped = [...results].sort((left, right) => placeOf(left) - placeOf(right));
  return grouped.map((result, index) => {
    const kernel = kernels.size > 1 ? result.trace?.environment.kernel : undefined;
    return { ...result, run: { ...result.run, index, ...(kernel === undefined ? {} : { kernel }) } };
  });
}

interface Replayed {
  readonly result: RunResult;
  /** Nothing was wrong with the file. */
  readonly whole: boolean;
}

function replay(path: string): Replayed | undefined {
  const text = readFile(path);
  if (text === undefined) return undefined;
  const { trace, problems } = soundPart(readTrace(text));
  complain(problems.map((problem) => `${path}: ${problem}`));
  if (trace === undefined) return undefined;
  const verdict = judge(trace);
  const run = { index: 0, timeline: trace.timeline };
  const result: RunResult = { run, verdict, attempts: 1, durationMs: verdict.durationNs / 1e6, trace };
  return { result, whole: problems.length === 0 };
}

interface SoundPart {
  /** Absent when nothing of it can be shown. */
  readonly trace?: Trace;
  readonly problems: readonly string[];
}

/** As much of a trace as can be the trace of a run. What is not whole comes to no verdict: what is missing may be what failed. */
function soundPart(read: ReadTrace): SoundPart {
  if (read.kind === 'unreadable') return { problems: read.problems };
  const { trace, lines, problems } = read;
  const misfit = misfitOf(trace);
  if (misfit === undefined)
    return problems.length === 0 ? { trace, problems } : { trace: withoutVerdict(trace), problems };
  const { observation, reason } = misfit;
  if (observation === undefined)
    return { problems: [...problems, `line 1: the header is no timeline of a run (${reason}); was it edited?`] };
  const place = `line ${lines[observation] ?? 0}`;
  const problem = `${place}: does not follow from what stands before it (${reason}): lines are missing, moved or changed; what stands before it is shown`;
  const before = { ...trace, observations: trace.observations.slice(0, observation) };
  return { trace: withoutVerdict(before), problems: [...problems, problem] };
}

function withoutVerdict(trace: Trace): Trace {
  const error = { code: 'damaged', message: 'the trace is not whole, so there is no verdict' };
  return { ...trace, end: { kind: 'host-error', atNs: 0, error } };
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    complain([messageOf(error)]);
    return undefined;
  }
}
