/** Fetches a kernel from the mirror of this machine, the smallest that there is: without a network, this fails. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cachedKernel } from '../../src/vm/kernels/cache';
import { type CommandResult, packetspec, startCommand } from '../support/command';
import { temporaryFolder } from '../support/live';

const SMALLEST = '5.10';
const home = join(temporaryFolder, 'cache');
const cache = join(home, 'packetspec/kernels');
const env = { ...process.env, XDG_CACHE_HOME: home };

function kernels(...args: readonly string[]): Promise<CommandResult> {
  return packetspec(['kernels', ...args], { env });
}

function lineOf(name: string, { stdout }: CommandResult): string {
  return stdout.split('\n').find((line) => line.startsWith(`${name} `)) ?? stdout;
}

/** Starts to fetch, and is killed while the package comes. */
async function fetchHalf(): Promise<void> {
  const { child, ended } = startCommand(['kernels', 'fetch', SMALLEST], { env, detached: true });
  const isDownloading = (): boolean =>
    existsSync(cache) &&
    readdirSync(cache, { recursive: true, encoding: 'utf8' }).some((name) => name.includes(`${SMALLEST}/packages/`));
  for (let attempt = 0; attempt < 3000 && !isDownloading() && child.exitCode === null; attempt++) await sleep(10);
  // With apt, which would go on for itself.
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
}

describe('packetspec kernels', () => {
  it('fetches from Debian what boots, also twice at the same time and after having been killed', {
    timeout: 240_000,
  }, async () => {
    expect(lineOf(SMALLEST, await kernels('list'))).toMatch(/^5\.10 +- +not fetched +bullseye-security$/);
    await fetchHalf();
    expect(cachedKernel(cache, SMALLEST)).toBeUndefined();
    expect(readdirSync(cache)).toHaveLength(1);

    const results = await Promise.all([kernels('fetch', SMALLEST), kernels('fetch', SMALLEST)]);
    for (const { status, stdout, stderr } of results) {
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/^5\.10: 5\.10\.0-\d+-cloud-amd64/);
    }
    expect(readdirSync(cache)).toEqual([SMALLEST]);
    const kernel = cachedKernel(cache, SMALLEST);
    // In this release of Debian's, everything that virtio needs is a module.
    for (const name of [
      'virtio',
      'virtio_ring',
      'virtio_pci',
      'virtio_console',
      'tun',
      'inet_diag',
      'tcp_diag',
      'sch_fq',
      'tcp_bbr',
    ])
      expect(kernel?.record.modules).toContain(name);
    expect(lineOf(SMALLEST, await kernels('list'))).toMatch(
      /^5\.10 +5\.10\.0-\d+-cloud-amd64 +fetched +\d+ MB +bullseye-security 5\.10\.\d+-\d+$/,
    );

    expect(await kernels('fetch', SMALLEST)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('is here, and the newest'),
    });
    expect(await kernels('rm', SMALLEST)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(cache)).toEqual([]);
    expect(await kernels('rm', SMALLEST)).toMatchObject({ status: 0, stderr: 'packetspec: 5.10 was not fetched\n' });
  });

  it('says which names there are, and does nothing for the others', async () => {
    const { status, stderr } = await kernels('fetch', '6.13', SMALLEST, 'x');
    expect(status).toBe(2);
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining('there is no kernel `6.13`'),
      expect.stringContaining('there is no kernel `x`'),
      '',
    ]);
  });

  it('takes no mirror that is no address', async () => {
    for (const mirror of ['mirror', 'http://m/debian sid'])
      expect(await kernels('fetch', SMALLEST, '--mirror', mirror)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('the address of a mirror is wanted'),
      });
  });

  it('goes on with the others when one cannot be had', async () => {
    const { status, stdout, stderr } = await kernels('fetch', '6.18', '7.2', '--mirror', 'http://127.0.0.1:9/debian');
    expect([status, stdout]).toEqual([3, '']);
    for (const name of ['6.18', '7.2'])
      expect(stderr).toMatch(new RegExp(`^packetspec: ${name}: .*Connection refused.*--mirror URL`, 'm'));
  });
});
