import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeRun, type Report, runWithReport } from '../support/command';
import { requireKernel, ROOT } from '../support/live';
import { shippedScripts, shippedSpecs } from '../support/shipped';

/** Each experiment that the suite has to reproduce, and the specs that show it. */
const ROWS: Readonly<Record<string, readonly string[]>> = {
  'W1 Recv-Q and Send-Q of a listener': ['watching/listener-columns'],
  'W2 Recv-Q and Send-Q of other sockets': ['watching/connection-columns'],
  'W3 /proc/net/tcp shows the length and no limit': ['watching/proc-net-tcp'],
  'W4 the limit is min(backlog, somaxconn), taken by listen()': [
    'watching/limit-is-the-smaller',
    'watching/limit-is-taken-at-listen',
  ],
  'W5 a real server overflows with 5, not with 2048': [
    'watching/real-server-overflow',
    'watching/real-server-no-overflow',
    'servers/nginx-small-backlog',
    'servers/nginx-default-backlog',
    'servers/node-small-backlog',
    'servers/node-default-backlog',
    'servers/ab-nginx',
    'servers/ab-slow-server',
    'servers/ab-slow-server-deep-queue',
  ],
  'W6 ListenOverflows and ListenDrops': ['watching/overflows-and-drops'],
  'W7 what a capture sees of dropped segments': ['watching/capture-and-drops'],
  'W8 changes of state': ['watching/states-of-a-server', 'watching/states-of-a-client'],
  'A1 backlog + 1': ['accept-queue/holds-one-more'],
  'A2 data and FIN in the queue': ['accept-queue/queued-connection-lives'],
  'A3 a SYN to a full queue': ['accept-queue/full-drops-syn'],
  'A4 the final ACK is dropped': ['accept-queue/full-drops-final-ack'],
  'A5 the same from the client': ['accept-queue/client-side-of-a-dropped-ack'],
  'A6 accept() frees a place': ['accept-queue/accept-frees-a-place'],
  'A7 tcp_abort_on_overflow': ['accept-queue/abort-on-overflow'],
  'A8 RST within a millisecond': [
    'accept-queue/rst-within-a-millisecond',
    'accept-queue/rst-within-a-millisecond-reasons',
  ],
  'A9 a second listen()': ['accept-queue/shrinking-the-backlog'],
  'A10 close of the listener': ['accept-queue/closing-the-listener'],
  'S1 as many SYNs as the limit': ['syn-queue/limit-without-cookies'],
  'S2 then SYNs are dropped': ['syn-queue/dropped-syn-counters'],
  'S3 a quarter for proven peers': ['syn-queue/quarter-for-proven-peers'],
  'S4 cookies when full': ['syn-queue/cookies-when-full'],
  'S5 always cookies': ['syn-queue/cookies-always'],
  'S6 a cookie on a full accept queue': ['syn-queue/cookie-ack-on-full-queue'],
  'S7 the SYN+ACK timer': ['syn-queue/synack-timer'],
  'S8 pressure lowers the number of retries': ['syn-queue/pressure-lowers-retries'],
  'S9 settings of the listener': ['syn-queue/defer-accept', 'syn-queue/settings-of-the-listener'],
  'S10 a flood': ['syn-queue/flood-with-cookies', 'syn-queue/flood-without-cookies'],
  'C1 SYN retransmission': ['opening/syn-retransmission', 'opening/syn-linear-timeouts'],
  'C2 FIN retransmission of an orphan': ['closing/orphan-fin'],
  'C3 FIN_WAIT2 and TIME_WAIT': [
    'closing/fin-wait2',
    'closing/fin-wait2-ends-early',
    'closing/fin-wait2-buckets',
    'closing/fin-wait2-columns',
    'closing/fin-wait2-data-with-the-ack',
    'closing/fin-wait2-linger2',
    'closing/fin-wait2-linger2-negative',
    'closing/fin-wait2-longer-than-a-minute',
    'closing/fin-wait2-of-a-shutdown',
    'closing/time-wait',
    'closing/time-wait-buckets',
    'closing/time-wait-reuse',
    'closing/time-wait-keeps-its-port',
    'closing/time-wait-bound-port',
  ],
  'C4 keepalive': ['timeouts/keepalive', 'timeouts/keepalive-answered'],
  'C5 RST timing': [
    'reset/closed-port',
    'reset/rst-in-window',
    'reset/syn-on-a-connection',
    'reset/unread-data-at-close',
    'reset/linger-zero',
    'reset/connect-to-a-closed-port',
  ],
  'C6 zero-window probes and tcp_retries2': [
    'timeouts/zero-window-unanswered',
    'timeouts/zero-window-answered',
    'timeouts/unanswered-data',
  ],
};

/** Runs that nobody waits for in real time. */
const TOO_LONG = /^takes .* in real time: /;

describe('the shipped suite', () => {
  let report: Report;
  let status: number | null;

  beforeAll(async () => {
    requireKernel();
    ({ report, status } = await runWithReport(['specs']));
  });

  it('passes on this kernel', () => {
    const ran = report.results.filter(({ reason }) => !TOO_LONG.test(reason ?? ''));
    expect(ran.filter((run) => run.status !== 'passed').map(describeRun)).toEqual([]);
    expect(report.rejected).toEqual([]);
    expect(status).toBe(0);
    expect(report.summary).toMatchObject({
      passed: ran.length,
      failed: 0,
      skipped: report.results.length - ran.length,
      errored: 0,
      inconclusive: 0,
      rejected: 0,
    });
  });

  it('runs every spec in IPv4 and IPv6, with the same checks in both', () => {
    const ran = new Map<string, string[]>();
    for (const { file, variant, checks } of report.results) {
      const [ip = '', ...matrix] = variant.split(' ');
      const shown = checks.map(({ line, kind, title }) => `${line} ${kind} ${title}`);
      ran.set(`${file} ${ip}`, [...(ran.get(`${file} ${ip}`) ?? []), matrix.join(' '), ...shown]);
    }
    const specs = shippedSpecs();
    for (const spec of specs) {
      expect(ran.get(`${spec} ipv4`), spec).toBeDefined();
      expect(ran.get(`${spec} ipv6`), spec).toEqual(ran.get(`${spec} ipv4`));
    }
    expect(ran.size).toBe(2 * specs.length + shippedScripts().length);
  });

  it('names for each spec where its behaviour is laid down', () => {
    const sources = shippedSpecs().map((spec) => ({
      spec,
      source: (parse(readFileSync(join(ROOT, spec), 'utf8')) as { source?: string }).source ?? 'absent',
    }));
    const pointsSomewhere = /^(?:[\w/]+\.[ch] \w+|RFC \d+ section [\d.]+)/;
    for (const one of sources)
      expect(one).toMatchObject({ spec: one.spec, source: expect.stringMatching(pointsSomewhere) });
  });

  it('shows each experiment by a spec, and each spec belongs to one', () => {
    const named = Object.values(ROWS).flatMap((specs) => specs.map((spec) => `specs/${spec}.yaml`));
    expect(Object.keys(ROWS).map((row) => row.split(' ')[0])).toEqual(
      'W1 W2 W3 W4 W5 W6 W7 W8 A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 C1 C2 C3 C4 C5 C6'.split(
        ' ',
      ),
    );
    expect(shippedSpecs()).toEqual(expect.arrayContaining(named));
    expect([...named].sort()).toEqual(shippedSpecs());
  });
});
