import { chmodSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CommandResult,
  describeRun,
  follow,
  packetspec,
  readReport,
  type Report,
  type ReportedRun,
} from '../support/command';
import { awaitNoProcess, lookAround, markedEnvironment } from '../support/leftovers';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';

/**
 * Without SCHED_FIFO the harness is late more often: few runs at a time, and patience. The machine of these tests is busy with others of
 * them, some of which have SCHED_FIFO: the user of these has it more to itself, by being less nice than they.
 */
const GENTLY = ['--jobs', '2', '--retries', '30'];

const NOBODY = 65_534;

/** What an installed copy consists of. */
const INSTALLED = [
  'bin',
  'dist',
  'specs',
  'package.json',
  'node_modules/koffi',
  'node_modules/@koromix',
  'node_modules/raw-socket',
];

/** The ordinary user owns nothing of this, and can write nowhere but into the folder for reports. */
const COPY = join(temporaryFolder, 'installed');
const REPORTS = join(temporaryFolder, 'reports');

let commands = 0;

/** `packetspec run ARGS` by an ordinary user, beside a TUN device of these permissions. */
async function runAsNobody(
  tunMode: string,
  args: readonly string[],
): Promise<CommandResult & { readonly report: Report; readonly left: readonly string[] }> {
  const number = commands++;
  const device = join(temporaryFolder, `tun-${number}`);
  const file = join(REPORTS, `${number}.json`);
  const marker = `${process.pid}-rootless-${number}`;
  // What stands before `exec` is done as root, and the mount is seen by nobody else.
  const script = [
    `mknod -m ${tunMode} ${device} c 10 200`,
    `mount --bind ${device} /dev/net/tun`,
    `exec nice -n -20 setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups -- "$@"`,
  ].join(' && ');
  const command = [process.execPath, 'bin/packetspec.js', 'run', ...args, '--reporter', 'console'];
  const { ended } = follow(
    'unshare',
    ['--mount', '--', 'sh', '-c', script, 'sh', ...command, '--reporter', `json=${file}`],
    { cwd: COPY, env: { ...markedEnvironment(marker), HOME: '/nonexistent' } },
  );
  const result = await ended;
  return { ...result, report: readReport(file, result), left: await awaitNoProcess(marker) };
}

/** Longer than a suite in real time waits for: skipped before anything is tried. */
function isTooLong({ status, reason }: ReportedRun): boolean {
  return status === 'skipped' && reason?.includes('--longest') === true;
}

/** Kernel events are for root, and a packet filter may not be on an ordinary user's path. */
function isForRoot({ status, reason = '' }: ReportedRun): boolean {
  return status === 'skipped' && /needs the kernel's \w+.*it needs root|requires command nft/.test(reason);
}

describe('an ordinary user', () => {
  beforeAll(async () => {
    requireKernel();
    // The launcher renews dist/ in the checkout, where it can.
    await packetspec(['--version']);
    for (const name of INSTALLED)
      if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(COPY, name), { recursive: true });
    mkdirSync(REPORTS);
    chmodSync(REPORTS, 0o777);
  });

  it('runs the short specs where everybody may open the TUN device (bug: a close that came late to its call failed for it)', {
    timeout: 240_000,
  }, async () => {
    const before = lookAround();
    const { report, status, left } = await runAsNobody('0666', [
      'specs',
      '--longest',
      '5s',
      '--set',
      'count=10000',
      ...GENTLY,
    ]);
    const tried = report.results.filter((run) => !isTooLong(run) && !isForRoot(run));
    expect(tried.filter((run) => run.status !== 'passed').map(describeRun)).toEqual([]);
    expect(report.results.filter(isForRoot)).toHaveLength(8);
    expect(tried.length).toBeGreaterThan(60);
    expect(status).toBe(0);
    expect(left).toEqual([]);
    expect(lookAround()).toEqual(before);
  });

  it.each(['raw', 'raw-lo'])('has raw sockets in networks of its own: %s', async (link) => {
    const { report, left } = await runAsNobody('0666', ['specs/reset', '--link', link, ...GENTLY]);
    expect(report.results.filter((run) => run.status !== 'passed').map(describeRun)).toEqual([]);
    expect(report.results.length).toBeGreaterThan(10);
    expect(left).toEqual([]);
  });

  it('is told why nothing can run where only root may', async () => {
    const { report, status, stdout, left } = await runAsNobody('0600', ['specs', '--set', 'retries=1']);
    expect(status).toBe(3);
    const tried = report.results.filter((run) => !isTooLong(run));
    expect(tried.length).toBeGreaterThan(60);
    for (const run of tried) {
      expect(run.status, describeRun(run)).toBe('errored');
      expect(run.error).toMatchObject({
        code: 'no-permission',
        message: expect.stringContaining('/dev/net/tun cannot be opened: EACCES'),
        hint: expect.stringContaining('chmod 0666 /dev/net/tun'),
      });
    }
    expect(report.summary).toMatchObject({ passed: 0, errored: tried.length });
    expect(stdout).toContain('hint: ');
    expect(left).toEqual([]);
  });
});
