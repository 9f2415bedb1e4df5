/** Another program stands for packetdrill: what matters is how it is started, and what is made of its end. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runnerArguments, runPacketdrill } from '../../../scripts/parity/run-packetdrill';
import { profileByName } from '../../../src/spec/pkt/profiles';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-parity-'));
  writeFileSync(join(folder, 'a.pkt'), '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(text: string): string {
  const path = join(folder, 'program');
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('packetdrill', () => {
  it('runs in the folder of the script, in a network of its own', async () => {
    const path = program('echo "$@" $(pwd) $(ls /sys/class/net | wc -l) >seen; ip -o link | wc -l >>seen');
    expect(await runPacketdrill(path, ['--a=1'], join(folder, 'a.pkt'))).toMatchObject({ passed: true });
    const [first = '', links] = readFileSync(join(folder, 'seen'), 'utf8').split('\n');
    expect(first).toMatch(new RegExp(`^--a=1 a\\.pkt ${folder} `));
    expect(links).toBe('1');
  });

  it('has up to two more attempts after a timing error', async () => {
    const path = program(
      'echo x >>tries; [ $(wc -l <tries) -ge 3 ] || { echo "a.pkt:3: timing error: x" >&2; exit 1; }',
    );
    const outcome = await runPacketdrill(path, [], join(folder, 'a.pkt'));
    expect(outcome).toMatchObject({ passed: true, remark: 'was run again 2 time(s) after a timing error' });
  });

  it('has none after another one', async () => {
    const path = program('echo x >>tries; echo "a.pkt:3: error executing \\`x\\` command: y" >&2; exit 1');
    expect(await runPacketdrill(path, [], join(folder, 'a.pkt'))).toMatchObject({ line: 3, kinds: ['command'] });
    expect(readFileSync(join(folder, 'tries'), 'utf8')).toBe('x\n');
  });

  it('does not wait for what it leaves running', async () => {
    const start = performance.now();
    await runPacketdrill(program('sleep 100 & exit 0'), [], join(folder, 'a.pkt'));
    expect(performance.now() - start).toBeLessThan(50_000);
  });
});

it('gets what the kernel’s runner passes', () => {
  const profile = profileByName('kselftest');
  if (profile === undefined) throw new Error('no profile');
  expect(runnerArguments(profile, 'ipv4-mapped')).toEqual(
    expect.arrayContaining(['--ip_version=ipv4-mapped-ipv6', '--remote_ip=192.0.2.1', '-D', 'CMSG_LEVEL_IP=SOL_IPV6']),
  );
  expect(runnerArguments(profile, 'ipv6')).toContain('--mtu=1520');
});
