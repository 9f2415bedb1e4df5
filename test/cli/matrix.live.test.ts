/** `packetspec run --kernel`: other kernels in guests, as users ask for them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packetspec, runWithReport } from '../support/command';
import { temporaryFolder } from '../support/live';

/** Making images and snapshots is a matter of a minute, on a machine that does other things too. */
const TIMEOUT_MS = 600_000;

describe('run --kernel', { timeout: TIMEOUT_MS }, () => {
  it('runs every spec on each kernel, and says which it was', async () => {
    const { report, status } = await runWithReport([
      ...['specs/opening/syn-retransmission.yaml', '--set', 'retries=3', '--ip', 'ipv4'],
      ...['--kernel', '5.10,6.12'],
    ]);
    // tcp_syn_linear_timeouts came between the two: the spec has one expectation for each (decided by `when`).
    expect(report.results).toMatchObject([
      { status: 'passed', attempts: 1, on: '5.10', kernel: expect.stringMatching(/^5\.10\./) as string },
      { status: 'passed', attempts: 1, on: '6.12', kernel: expect.stringMatching(/^6\.12\./) as string },
    ]);
    expect(status).toBe(0);
  });

  it('boots for each run where it is told to, and gives the same trace each time', async () => {
    const once = async (name: string) => {
      const folder = join(temporaryFolder, name);
      const args = [
        'specs/reset/connect-to-a-closed-port.yaml',
        '--kernel',
        '6.12',
        '--no-snapshot',
        '--trace',
        folder,
      ];
      const { report, status } = await runWithReport(args);
      expect(report.results).toMatchObject([{ status: 'passed' }, { status: 'passed' }]);
      expect(status).toBe(0);
      return readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
    };
    expect(await once('boots-again')).toEqual(await once('boots'));
  });

  it('waits two hours in virtual time, and nothing of it is skipped', async () => {
    const { report } = await runWithReport([
      ...['specs/timeouts/keepalive.yaml', '--set', 'seconds=7200', '--ip', 'ipv4', '--kernel', '6.12'],
    ]);
    expect(report.results).toMatchObject([{ status: 'passed', variant: 'ipv4 seconds=7200' }]);
    expect(Math.max(...(report.results[0]?.checks ?? []).map(({ atNs }) => atNs))).toBeGreaterThan(7200e9);
  });

  it('fails where the kernel does otherwise, with the step that it failed at', async () => {
    const spec = join(temporaryFolder, 'wrong-on-another-kernel.yaml');
    writeFileSync(
      spec,
      'name: wrong\nip: ipv4\nsteps:\n  - inject: . 1000:1000(0) ack 5000 win 64240\n  - expect: S. 0:0(0) ack 1\n',
    );
    const { report, status } = await runWithReport([spec, '--kernel', '6.12']);
    expect(status).toBe(1);
    expect(report.results).toMatchObject([{ status: 'failed', checks: [{ passed: false, line: 5 }] }]);
  });
});

describe('bad input', () => {
  it.each<[what: string, args: readonly string[], says: RegExp]>([
    ['an unknown kernel', ['--kernel', '6.21'], /there is no kernel `6\.21`.*Known are.*`5\.10`/],
    ['a file that is no kernel', ['--kernel', './package.json'], /package\.json/],
    ['modules without a kernel', ['--modules', 'lib'], /--modules lib goes with --kernel PATH/],
    [
      'modules for a kernel that has its own',
      ['--kernel', '6.12', '--modules', 'lib'],
      /--modules lib goes with --kernel PATH/,
    ],
    ['virtual time without a guest', ['--time', 'virtual'], /--time virtual goes with --kernel/],
    ['no snapshot without a guest', ['--no-snapshot'], /--no-snapshot goes with --kernel/],
  ])('%s is told before anything runs', async (_, args, says) => {
    const { status, stderr, stdout } = await packetspec(['run', 'specs/reset/closed-port.yaml', ...args]);
    expect(stderr).toMatch(says);
    expect(stdout).toBe('');
    expect(status).toBe(3);
  });
});
