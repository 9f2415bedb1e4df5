import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { jsonReporter } from '../../src/report/json';
import type { RunResult } from '../../src/suite/suite';
import { readTrace } from '../../src/trace/jsonl';
import { judge } from '../../src/verify/judge';
import { type CommandResult, packetspec, type Report, type ReportedRun, runWithReport } from '../support/command';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';
import { mutantsOf } from '../support/mutants';
import { collecting } from '../support/sinks';

/** Runs of other kinds of end than the shipped specs come to. */
const OTHER_ENDS: Readonly<Record<string, string>> = {
  'never-listens': 'name: n\nserver: { command: sleep 60, port: 8080, ready_within: 200ms }\nsteps: [wait: 1ms]\n',
  'no-such-kernel': 'name: n\nrequires: { kernel: ">=99.0" }\nsteps: [wait: 1ms]\n',
  'never-returns': [
    'name: n',
    'server: { listen: 8080 }',
    'steps:',
    '  - call: accept(server, ..., ...) = app',
    '    returns: +100ms',
    '  - wait: 200ms',
    '',
  ].join('\n'),
};

/** A failed run for each kind of check. */
const FAILING = [
  'specs/reset/linger-zero.yaml',
  'specs/reset/rst-in-window.yaml',
  'specs/accept-queue/closing-the-listener.yaml',
  'specs/accept-queue/shrinking-the-backlog.yaml',
  'specs/watching/proc-net-tcp.yaml',
  'specs/watching/connection-columns.yaml',
];

describe('replay', () => {
  const folder = join(temporaryFolder, 'replayed');
  const traces = join(folder, 'traces');
  const captures = join(folder, 'captures');
  let live: CommandResult & { readonly report: Report };

  function writeSpecs(): void {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(OTHER_ENDS)) writeFileSync(join(folder, `${name}.yaml`), text);
    for (const spec of FAILING) {
      const kinds = new Set<string>();
      for (const { kind, text } of mutantsOf(readFileSync(join(ROOT, spec), 'utf8')).mutants) {
        if (kinds.has(kind)) continue;
        kinds.add(kind);
        writeFileSync(join(folder, `${spec.replaceAll('/', '.')}.${kind}.yaml`), text);
      }
    }
  }

  beforeAll(async () => {
    requireKernel();
    writeSpecs();
    const kept = ['--trace', traces, '--pcapng', captures, '--explain'];
    const ran = await runWithReport(['specs', folder, '--set', 'retries=1', '--set', 'count=10000', ...kept]);
    // What takes hours was not tried, and left no trace.
    live = { ...ran, report: { ...ran.report, results: ran.report.results.filter(({ attempts }) => attempts > 0) } };
  }, 300_000);

  function traceFiles(): readonly string[] {
    return readdirSync(traces)
      .sort()
      .map((name) => join(traces, name));
  }

  it('is tried with every kind of end and every kind of check', () => {
    const seen = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
    expect(seen(live.report.results.map(({ status }) => status))).toEqual(['errored', 'failed', 'passed', 'skipped']);
    const failed = live.report.results.flatMap(({ checks }) => checks.filter((check) => !check.passed));
    expect(seen(failed.map(({ kind }) => kind))).toEqual(
      expect.arrayContaining(
        'call counters group proc_net_tcp return segment silence socket sockets strays'.split(' '),
      ),
    );
    expect(traceFiles()).toHaveLength(live.report.results.length);
  });

  it('comes to the same status and the same checks', () => {
    const replayed = replayedReport(traceFiles());
    expect(replayed.map(keyOf)).toEqual(byKey(live.report.results).map(keyOf));
    byKey(live.report.results).forEach((run, index) => {
      const { durationMs: _live, attempts: _attempts, ...expected } = run as ReportedRun & { durationMs: number };
      expect(replayed[index], keyOf(run)).toMatchObject(expected);
      expect(replayed[index]?.checks, keyOf(run)).toEqual(run.checks);
    });
  });

  it('prints the same explanations', async () => {
    const { stdout, status } = await packetspec(['replay', ...traceFiles()]);
    expect(status).toBe(1);
    const tried = blocksOf(live.stdout).filter((block) => !block.includes(' in real time: run it with '));
    expect(blocksOf(stdout)).toEqual(tried);
  });

  it('makes the same captures', async () => {
    const again = join(folder, 'captures-again');
    await packetspec(['replay', '--pcapng', again, ...traceFiles()]);
    const names = readdirSync(captures).sort();
    expect(readdirSync(again).sort()).toEqual(names);
    for (const name of names) {
      const [first, second] = [captures, again].map((place) => readFileSync(join(place, name)));
      expect(first?.equals(second ?? Buffer.alloc(0)), name).toBe(true);
    }
  });

  it.each([
    ['passed', 0],
    ['failed', 1],
    ['errored', 3],
    ['skipped', 0],
  ])('ends with the exit code of a run that is %s', async (wanted, exit) => {
    const file = traceFiles().find((name) => replayedReport([name])[0]?.status === wanted);
    const { status } = await packetspec(['replay', file ?? 'none']);
    expect(status).toBe(exit);
  });

  it('counts no steps that there are not', () => {
    expect(live.stdout).not.toMatch(/ -\d+ later step/);
  });

  it('finds a trace of its own for each run, whatever the specs are called', async () => {
    const text = 'name: NAME\nip: ipv4\nsteps: [wait: 1ms]\n';
    const specs = join(folder, 'alike');
    mkdirSync(join(specs, 'a'), { recursive: true });
    const names = ['a/b.yaml', 'a-b.yaml', 'a b.yaml', 'a-b.yml'];
    for (const name of names) writeFileSync(join(specs, name), text.replace('NAME', name));
    const alike = join(folder, 'alike-traces');
    const { status } = await packetspec(['run', specs, '--trace', alike]);
    expect(status).toBe(0);
    const kept = readdirSync(alike).map((name) => replayedReport([join(alike, name)])[0]?.name ?? 'nothing');
    expect(kept.sort()).toEqual([...names].sort());
  });
});

/** What the JSON reporter says of traces that are judged again. */
function replayedReport(files: readonly string[]): readonly ReportedRun[] {
  const results = files.map((file): RunResult => {
    const read = readTrace(readFileSync(file, 'utf8'));
    if (read.kind !== 'trace') throw new Error(`${file}: ${read.problems.join('; ')}`);
    expect(read.problems).toEqual([]);
    const { trace } = read;
    return { run: { index: 0, timeline: trace.timeline }, verdict: judge(trace), attempts: 1, durationMs: 0, trace };
  });
  const { sink, parts } = collecting();
  const tell = jsonReporter(sink);
  const counts = { passed: 0, failed: 0, skipped: 0, errored: 0, inconclusive: 0, rejected: 0, durationMs: 0 };
  tell({ kind: 'suite-finished', summary: counts, results });
  return byKey((JSON.parse(parts.join('')) as Report).results);
}

function keyOf({ file, variant }: ReportedRun): string {
  return `${file} ${variant}`;
}

function byKey(runs: readonly ReportedRun[]): readonly ReportedRun[] {
  return [...runs].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

/** The headline of each run without its duration, with the explanation and the ladder below; in no order. */
function blocksOf(output: string): readonly string[] {
  const blocks: string[][] = [];
  for (const line of output.split('\n')) {
    if (/^(?:ok {2}|FAIL|skip|ERR ) /.test(line)) blocks.push([line.replace(/ \([^(]*\)$/, '')]);
    else if (line.startsWith('     ')) blocks.at(-1)?.push(line);
  }
  return blocks.map((lines) => lines.join('\n')).sort();
}
