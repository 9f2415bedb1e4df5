/** `packetspec replay`: judges and draws saved traces again, without touching the kernel. */
import { readFileSync } from 'node:fs';
import { resultLines } from '../report/console';
import { ladderLines } from '../report/ladder';
import { painter, printableLines } from '../report/paint';
import { summarize } from '../suite/run';
import type { RunResult } from '../suite/suite';
import { readTrace } from '../trace/jsonl';
import { judge } from '../verify/judge';
import { EXIT, exitCodeOf } from './exit-codes';
import { standardOutput } from './sinks';

/** Prints the ladder and the verdict of each trace file; answers with the exit code. */
export function replayCommand(paths: readonly string[]): number {
  const results: RunResult[] = [];
  let unreadable = 0;
  for (const path of paths) {
    const result = replay(path);
    if (result === undefined) unreadable++;
    else results.push(result);
  }
  return unreadable > 0 ? EXIT.rejected : exitCodeOf(summarize(results, 0, 0));
}

function replay(path: string): RunResult | undefined {
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
  const { write, color } = standardOutput();
  const lines = [...ladderLines(verdict), '', ...resultLines(result, painter(color))];
  write(printableLines(`${lines.join('\n')}\n`, color));
  return read.problems.length > 0 ? undefined : result;
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    process.stderr.write(`packetspec: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}
