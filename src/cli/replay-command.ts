/** `packetspec replay`: judges and draws saved traces again, without touching the kernel. */
import { readFileSync } from 'node:fs';
import { resultLines } from '../report/console';
import { painter, printableLines } from '../report/paint';
import { summarize } from '../suite/run';
import type { RunResult } from '../suite/suite';
import { type ReadTrace, readTrace } from '../trace/jsonl';
import type { Trace } from '../trace/trace';
import { judge } from '../verify/judge';
import { misfitOf } from '../verify/misfit';
import { EXIT, exitCodeOf } from './exit-codes';
import { Outputs } from './output';
import { PCAPNG_FILES } from './pcapng-files';
import { complain } from './read-plan';
import { openRunFolder } from './run-files';
import { standardOutput } from './sinks';

export interface ReplayOptions {
  readonly pcapng?: string;
}

/** Prints the verdict and the ladder of each trace file; answers with the exit code. @throws OutputError */
export function replayCommand(paths: readonly string[], { pcapng }: ReplayOptions): number {
  const outputs = new Outputs();
  const keepCapture = pcapng === undefined ? undefined : openRunFolder(pcapng, PCAPNG_FILES, outputs);
  const results: RunResult[] = [];
  let unreadable = 0;
  for (const path of paths) {
    const replayed = replay(path);
    if (replayed === undefined || !replayed.whole) unreadable++;
    if (replayed === undefined) continue;
    keepCapture?.(replayed.result);
    results.push(replayed.result);
  }
  complain(outputs.problems);
  if (unreadable > 0) return EXIT.rejected;
  return exitCodeOf(summarize(results, 0, 0)) || (outputs.problems.length > 0 ? EXIT.errored : EXIT.passed);
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
  for (const problem of problems) process.stderr.write(`packetspec: ${path}: ${problem}\n`);
  if (trace === undefined) return undefined;
  const verdict = judge(trace);
  const result: RunResult = {
    run: { index: 0, timeline: trace.timeline },
    verdict,
    attempts: 1,
    durationMs: verdict.durationNs / 1e6,
    trace,
  };
  const { write, color, columns } = standardOutput({ explain: true });
  const lines = resultLines(result, { paint: painter(color), columns, whole: true });
  write(printableLines(`${lines.join('\n')}\n`, color));
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
    process.stderr.write(`packetspec: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
