/**
 * The suite over each kind of link: the same verdicts by the same checks. And what a raw link refuses is what the kernel
 * would have made something else of.
 *
 * Runs that take more than a few seconds are left out: the link has no part in a timer.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeRun, packetspec, type Report, type ReportedRun, runWithReport } from '../support/command';
import { requireKernel, temporaryFolder } from '../support/live';

const LONGEST = '3s';
const RAW_LINKS = ['raw', 'raw-lo'] as const;

/** What must not depend on the link. */
function verdictOf({ file, variant, status, reason, checks }: ReportedRun): unknown {
  const judged = checks.map(({ line, step, kind, passed }) => `${line} ${step} ${kind} ${passed ? 'ok' : 'failed'}`);
  return { run: `${file} [${variant}]`, status, reason, judged };
}

describe('the shipped suite', () => {
  const reports = new Map<string, Report>();

  beforeAll(async () => {
    requireKernel();
    for (const link of ['tun', ...RAW_LINKS]) {
      const { report } = await runWithReport(['specs', '--longest', LONGEST, '--link', link]);
      reports.set(link, report);
    }
  });

  it.each(RAW_LINKS)('has the same verdicts over %s as over a TUN device', (link) => {
    const [tun, raw] = ['tun', link].map((name) => reports.get(name)?.results ?? []);
    expect(tun?.length).toBeGreaterThan(50);
    const differing = raw?.filter(({ status }) => status !== 'passed' && status !== 'skipped').map(describeRun);
    expect(differing).toEqual([]);
    expect(raw?.map(verdictOf)).toEqual(tun?.map(verdictOf));
  });
});

describe('what a raw link cannot do', () => {
  it('is rejected with its line before anything runs, and the way out runs', async () => {
    const file = join(temporaryFolder, 'malformed.yaml');
    writeFileSync(
      file,
      `name: A SYN whose IP header has a wrong checksum is dropped
ip: ipv4
link: raw
server: { listen: 8080 }
steps:
  - inject: S 0:0(0) win 64240 <mss 1460>
    malformed: { ip_checksum: 1 }
  - silence: 50ms
`,
    );
    const refused = await packetspec(['run', file]);
    expect(refused.status).toBe(2);
    expect(refused.stdout).toContain('malformed.yaml:6:5');
    expect(refused.stdout).toContain('the link `raw` cannot do this: a wrong IPv4 header or length (ip_checksum)');
    expect(refused.stdout).toContain('--link tun');
    expect((await packetspec(['run', file, '--link', 'tun'])).status).toBe(0);
  });
});
