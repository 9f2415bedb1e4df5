/** `packetspec replay`: judges and draws saved traces again, without touching the kernel. */
import { readFileSync } from 'node:fs';
import { resultLines } from '../report/console';
import { painter, printableLines } from '../report/paint';
import { summarize } from '../suite/run';
import type { RunResult } from '../suite/suite';
import { readTrace } from '../trace/jsonl';
import { judge } from '../verify/judge';
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
  const read = readTrace(text);
  for (const problem of read.problems) process.stderr.write(`packetspec: ${path}: ${problem}\n`);
  if (read.kind === 'unreadable') return undefined;
  const { trace } = read;
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
  return { result, whole: read.problems.length === 0 };
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    process.stderr.write(`packetspec: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
