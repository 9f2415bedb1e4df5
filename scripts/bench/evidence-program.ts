/**
 * Makes everything that is kept of one very long run, and prints what each part took: one line of JSON. A process of its
 * own, so that its memory is that of this and of nothing else.
 */
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pageParts } from '../../src/cli/page-parts';
import { htmlReporter } from '../../src/report/html/html';
import { ladderLines, PLAIN } from '../../src/report/ladder';
import { pcapngOf } from '../../src/report/pcapng';
import { summarize } from '../../src/suite/run';
import type { RunResult } from '../../src/suite/suite';
import type { Observation, Trace } from '../../src/trace/trace';
import { readTrace, traceLines } from '../../src/trace/jsonl';
import { judge } from '../../src/verify/judge';
import { craftPacket } from '../../src/wire/craft';
import type { SegmentPattern } from '../../src/wire/pattern';
import { timelineOf } from './product';

/** What one part took and left. */
export interface EvidencePart {
  readonly name: string;
  readonly wallMs: number;
  readonly processorMs: number;
  readonly bytes: number;
}

export interface EvidenceFigures {
  readonly parts: readonly EvidencePart[];
  readonly status: string;
  /** The largest resident set of all. */
  readonly peakMiB: number;
}

const ROUND_NS = 100_000;

function main(rounds: number, folder: string, dist: string): void {
  const parts: EvidencePart[] = [];
  const timed = <T>(name: string, make: () => { readonly value: T; readonly bytes: number }): T => {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const { value, bytes } = make();
    const { user, system } = process.cpuUsage(before);
    parts.push({ name, wallMs: performance.now() - start, processorMs: (user + system) / 1000, bytes });
    return value;
  };
  const trace = longTrace(rounds);
  const file = join(folder, 'trace.jsonl');
  timed('trace, written', () => ({ value: undefined, bytes: write(file, traceLines(trace)) }));
  const read = timed('trace, read', () => ({
    value: readTrace(readFileSync(file, 'utf8')),
    bytes: statSync(file).size,
  }));
  if (read.kind !== 'trace') throw new Error(read.problems.join('; '));
  const verdict = timed('verdict', () => ({ value: judge(read.trace), bytes: 0 }));
  const run = { index: 0, timeline: read.trace.timeline };
  const result: RunResult = { run, verdict, attempts: 1, durationMs: 0, trace: read.trace };
  timed('ladder, whole', () => ({ value: undefined, bytes: write(join(folder, 'ladder'), ladder(result)) }));
  timed('capture', () => ({
    value: undefined,
    bytes: write(join(folder, 'capture'), pcapngOf(result, 'bench') ?? []),
  }));
  timed('HTML report', () => ({ value: undefined, bytes: write(join(folder, 'page.html'), page(result, dist)) }));
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ parts, status: verdict.status, peakMiB } satisfies EvidenceFigures));
}

function ladder(result: RunResult): readonly string[] {
  return ladderLines(result, { ...PLAIN, whole: true }).map((line) => `${line}\n`);
}

function page(result: RunResult, dist: string): readonly string[] {
  const parts: string[] = [];
  const sink = { write: (text: string) => void parts.push(text), color: false, columns: 80, explain: false };
  const results = [result];
  htmlReporter(sink, () => pageParts(dist))({ kind: 'suite-finished', summary: summarize(results, 0, 0), results });
  return parts;
}

function write(path: string, pieces: Iterable<string | Uint8Array>): number {
  const descriptor = openSync(path, 'w');
  let bytes = 0;
  for (const piece of pieces) bytes += writeSync(descriptor, Buffer.from(piece));
  closeSync(descriptor);
  return bytes;
}

/** A SYN to a closed port and its RST, again and again: what a kernel answers without any state. */
function longTrace(rounds: number): Trace {
  const timeline = timelineOf(
    `name: long\nip: ipv4\nsteps:\n  - repeat: ${rounds}\n    steps:\n      - inject: S 0:0(0) win 1000\n      - expect: R. 0:0(0) ack 1\n`,
  );
  const connection = timeline.connections[0];
  if (connection === undefined) throw new Error('the spec has no connection');
  const { localAddress, localPort = 8080, remoteAddress, remotePort } = connection;
  const [to, from] = [
    { sourceAddress: remoteAddress, sourcePort: remotePort, targetAddress: localAddress, targetPort: localPort },
    { sourceAddress: localAddress, sourcePort: localPort, targetAddress: remoteAddress, targetPort: remotePort },
  ];
  const syn = craftPacket(tcp(0x002), { version: 4, seq: 0, ack: 0, ...to });
  const reset = craftPacket({ ...tcp(0x014), ack: 1 }, { version: 4, seq: 0, ack: 0, ...from });
  const observations = Array.from({ length: rounds }, (_, round): readonly Observation[] => {
    const atNs = round * ROUND_NS;
    const step = 2 * round;
    return [
      { kind: 'sent', step, plannedNs: atNs, startedNs: atNs, bytes: syn, errno: '' },
      { kind: 'frame', direction: 'in', atNs: atNs + 5_000, bytes: syn },
      { kind: 'frame', direction: 'out', atNs: atNs + 9_000, bytes: reset },
    ];
  }).flat();
  return {
    timeline,
    environment: {
      kernel: 'bench',
      architecture: 'bench',
      scheduling: 'other',
      rootless: false,
      startedAt: '2026-01-01T00:00:00.000Z',
      setupNs: 0,
    },
    observations,
    end: { kind: 'finished', atNs: rounds * ROUND_NS, kernelWait: { totalNs: 0, lastNs: 0 } },
  };
}

function tcp(flags: number): SegmentPattern {
  return { kind: 'tcp', flags, seq: 0, window: flags === 0x002 ? 1000 : 0 };
}

main(Number(process.argv[2]), process.argv[3] ?? '.', process.argv[4] ?? '.');
