/**
 * Real servers, and what the tools of an operator print of them: behind each look of a spec at the counters of such a
 * server, our own figures are read once more, and ss, nstat and netstat say theirs, in the network of the run.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeRun, type ReportedRun, runWithReport } from '../support/command';
import { output, requireKernel, ROOT, temporaryFolder } from '../support/live';
import { shippedSpecs } from '../support/shipped';

/** Of the listener, and of the kernel; each as we, nstat and netstat call it. */
const QUEUE = ['accept', 'limit', 'syn'] as const;
const COUNTERS = [
  { ours: 'ListenOverflows', nstat: 'TcpExtListenOverflows', netstat: /(\d+) times the listen queue of a socket over/ },
  { ours: 'ListenDrops', nstat: 'TcpExtListenDrops', netstat: /(\d+) SYNs to LISTEN sockets dropped/ },
  { ours: 'Tcp.PassiveOpens', nstat: 'TcpPassiveOpens', netstat: /(\d+) passive connection openings/ },
  { ours: 'Tcp.RetransSegs', nstat: 'TcpRetransSegs', netstat: /(\d+) segments retransmitted/ },
] as const;

const SPECS = shippedSpecs().filter((spec) => /^specs\/servers\/|\/real-server-/.test(spec));

const folder = join(temporaryFolder, 'servers');
const copyOf = (spec: string): string => join(folder, basename(spec));
const shownOf = (spec: string, line: number, ip: string, tool: string): string =>
  `${copyOf(spec)}.${line}.${ip}.${tool}`;

/** Lines of the copies behind which the looks stand, from 1. */
const looks = new Map<string, number[]>();

/** The spec, with a look of each side behind every step that reads the counters once. */
function withLooks(spec: string): string {
  const lines = readFileSync(join(ROOT, spec), 'utf8').trimEnd().split('\n');
  const copy: string[] = [];
  const at: number[] = [];
  lines.forEach((line, index) => {
    copy.push(line);
    if (!line.startsWith('  - counters:') || lines[index + 1]?.includes('within:') === true) return;
    at.push(copy.length);
    const file = (tool: string): string => shownOf(spec, copy.length, '$v', tool);
    copy.splice(
      copy.length,
      0,
      `  - queue: { ${QUEUE.map((name) => `${name}: 0..`).join(', ')} }`,
      `  - counters: { ${COUNTERS.map(({ ours }) => `${ours}: 0..`).join(', ')} }`,
      [
        '  - script: +0 `case "$PACKETSPEC_HOST" in *:*) v=ipv6;; *) v=ipv4;; esac',
        `ss -Hltn "sport = :8080" > ${file('listener')}`,
        `ss -Htn state syn-recv "sport = :8080" > ${file('requests')}`,
        `nstat -asz > ${file('nstat')}`,
        `netstat -s > ${file('netstat')}\``,
      ].join('; '),
    );
  });
  looks.set(spec, at);
  return `${copy.join('\n')}\n`;
}

/** What we saw in the steps of a look. */
function ownFigures(run: ReportedRun, line: number): Readonly<Record<string, number>> {
  const seen = run.checks.filter((check) => check.line === line + 1 || check.line === line + 2);
  return Object.fromEntries(
    seen.map(({ title, observed }) => [title.replace(/^(?:queue|counters) /, ''), Number(observed)]),
  );
}

/** What the tools printed there. */
function shownFigures(spec: string, line: number, ip: string): Readonly<Record<string, number>> {
  const text = (tool: string): string => readFileSync(shownOf(spec, line, ip, tool), 'utf8');
  // State, Recv-Q, Send-Q: see ss(8).
  const [, accept, limit] = text('listener').split(/\s+/);
  const requests = text('requests').split('\n').length - 1;
  const counted = COUNTERS.map(({ ours, nstat }): readonly [string, number] => [
    ours,
    Number(new RegExp(`^${nstat} +(\\d+) `, 'm').exec(text('nstat'))?.[1]),
  ]);
  return { accept: Number(accept), limit: Number(limit), syn: requests, ...Object.fromEntries(counted) };
}

/** netstat leaves out what is 0. */
function netstatFigures(spec: string, line: number, ip: string): Readonly<Record<string, number>> {
  const text = readFileSync(shownOf(spec, line, ip, 'netstat'), 'utf8');
  return Object.fromEntries(COUNTERS.map(({ ours, netstat }) => [ours, Number(netstat.exec(text)?.[1] ?? 0)]));
}

describe('real servers under a burst and under ab', () => {
  let runs: readonly ReportedRun[];

  beforeAll(async () => {
    requireKernel();
    mkdirSync(folder);
    for (const spec of SPECS) writeFileSync(copyOf(spec), withLooks(spec));
    ({
      report: { results: runs },
    } = await runWithReport([folder]));
  });

  it('are python, nginx and Node', () => {
    const names = SPECS.map((spec) => basename(spec, '.yaml'));
    for (const word of ['real-server', 'nginx', 'node', 'ab-']) expect(names.join()).toContain(word);
    expect(runs.filter(({ status }) => status !== 'passed').map(describeRun)).toEqual([]);
    expect(runs).toHaveLength(2 * SPECS.length);
  });

  it.each(SPECS)('%s: our figures are those of ss, nstat and netstat', (spec) => {
    const lines = looks.get(spec) ?? [];
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      for (const run of runs.filter(({ file }) => file === copyOf(spec))) {
        const own = ownFigures(run, line);
        expect(shownFigures(spec, line, run.variant)).toEqual(own);
        const netstat = netstatFigures(spec, line, run.variant);
        expect(own).toMatchObject(netstat);
      }
    }
  });

  it('overflow where the queue is short, and nowhere else', () => {
    const overflows = new Map(
      SPECS.map((spec) => [
        basename(spec, '.yaml'),
        netstatFigures(spec, looks.get(spec)?.at(-1) ?? 0, 'ipv4')['ListenOverflows'],
      ]),
    );
    const overflowing = [...overflows].filter(([, count]) => count !== 0).map(([name]) => name);
    expect(overflowing).toEqual([
      'ab-slow-server',
      'nginx-small-backlog',
      'node-small-backlog',
      'real-server-overflow',
    ]);
  });

  it('leave nothing behind', () => {
    expect(output('sh', ['-c', 'ls -d /tmp/nginx* 2>/dev/null || true'])).toBe('');
  });
});
