/**
 * `run --vagrant` from the command line to the reports, with the real executor. vagrant and ssh are programs that answer
 * as the real ones do: this machine stands in for the virtual one. With the real ones: scripts/vagrant/proof.sh.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, packetspec, type Report } from '../support/command';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';

const folder = join(temporaryFolder, 'vagrant');
const bin = join(folder, 'bin');
const spec = join(folder, 'specs/one.yaml');

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** ssh that runs its command here, after these words of shell. */
function sshHere(first = ''): string {
  return `for word; do command=$word; done
${first}
eval "$(printf %s "$command" | sed "s,/opt/packetspec,${ROOT},; s,sudo -n ,,")"`;
}

function vagrant(state: string): string {
  return `case "$1" in status) echo "1,debian-13,state,${state}";; ssh-config) echo "  HostName 192.0.2.1";; esac`;
}

const run = (...args: readonly string[]): Promise<CommandResult> =>
  packetspec(['run', '--vagrant', ...args], {
    cwd: folder,
    env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });

describe('run --vagrant', () => {
  beforeAll(() => {
    requireKernel();
    for (const one of [bin, join(folder, 'specs')]) mkdirSync(one, { recursive: true });
    writeFileSync(
      spec,
      `name: A server and a command from files beside the spec
ip: ipv4
server: { command: exec python3 specs/serve.py, port: 8080, ready_within: 20s }
steps:
  - script: +0 \`sh ./say.sh\`
  - inject: S 0:0(0) win 64240 <mss 1460>
  - expect: S. 0:0(0) ack 1 <mss 1460>
  - inject: . 1:1(0) ack 1 win 64240
  - queue: { accept: 1, limit: 7 }
`,
    );
    writeFileSync(join(folder, 'specs/say.sh'), 'echo said\n');
    writeFileSync(
      join(folder, 'specs/serve.py'),
      'import socket, time\ns = socket.create_server(("0.0.0.0", 8080), backlog=7)\ntime.sleep(60)\n',
    );
    program('ssh', sshHere());
    program('vagrant', vagrant('running'));
  });

  it('has reports and traces as a local run, with the name of the machine', async () => {
    const [report, traces] = [join(folder, 'report.json'), join(folder, 'traces')];
    const result = await run('specs', '--reporter', 'console', '--reporter', `json=${report}`, '--trace', traces);
    expect(result).toMatchObject({ status: 0, stderr: expect.not.stringContaining('defect') });
    expect(result.stdout).toContain('[ipv4 on debian-13]');
    const { results } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    expect(results).toMatchObject([{ file: 'specs/one.yaml', on: 'debian-13', status: 'passed', variant: 'ipv4' }]);
    const [trace = ''] = readdirSync(traces);
    expect((await packetspec(['replay', join(traces, trace)])).status).toBe(0);
  });

  it('says so when the connection is lost, once and for all runs', async () => {
    program('ssh', sshHere('case "$command" in *machine-executor*) echo Connection reset >&2; exit 255;; esac'));
    const result = await run('specs', '--ip', 'ipv4');
    program('ssh', sshHere());
    expect(result.status).toBe(3);
    expect(result.stdout).toContain('the connection to the executor on debian-13 ended (exit status 255)');
    expect(result.stdout).toContain('Connection reset');
    expect(result.stdout).toContain('vagrant reload debian-13');
  });

  it('says so when the machine does not come up', async () => {
    program('vagrant', `${vagrant('not_created')}\n[ "$1" != up ] || exit 1`);
    const result = await run('specs');
    program('vagrant', vagrant('running'));
    expect(result).toMatchObject({ status: 3, stdout: '' });
    expect(result.stderr).toContain('packetspec: debian-13 did not come up: `vagrant up debian-13` failed');
  });

  it('says so when vagrant is not installed', async () => {
    const result = await packetspec(['run', '--vagrant', 'specs'], {
      cwd: folder,
      env: { ...process.env, PATH: '/nowhere' },
    });
    expect(result).toMatchObject({ status: 3, stdout: '' });
    expect(result.stderr).toContain('vagrant is not installed; on Debian: apt-get install vagrant');
  });

  it.each([
    [['--kernel', '6.12'], '--vagrant and --kernel exclude each other'],
    [['--time', 'virtual'], 'the time of this machine is real'],
  ])('refuses %j', async (args, message) => {
    const result = await run('specs', ...args);
    expect(result.status).toBe(3);
    expect(result.stderr).toContain(message);
  });

  it('is wanted by --machine', async () => {
    const result = await packetspec(['run', '--machine', 'target', spec], { cwd: folder });
    expect(result).toMatchObject({ status: 3, stderr: expect.stringContaining('--machine goes with --vagrant') });
  });
});
