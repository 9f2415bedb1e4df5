/** What vagrant prints, read; and vagrant and ssh as programs that answer as the real ones do, and fail as they do. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringUpMachines, parseError, parseSshConfig, parseStatus, sshCommand } from '../../src/vm/vagrant';
import { temporaryFolder } from '../support/live';

/** As vagrant 2.3.4 prints it. */
const STATUS = `1764226000,debian-13,metadata,provider,libvirt
1764226001,debian-13,provider-name,libvirt
1764226001,debian-13,state,running
1764226001,debian-13,state-human-short,running
1764226001,debian-13,state-human-long,The Libvirt domain is running. To stop this machine%!(VAGRANT_COMMA) you can run\\n\`vagrant halt\`.
1764226001,target,metadata,provider,libvirt
1764226001,target,provider-name,libvirt
1764226001,target,state,not_created
1764226001,,ui,info,Current machine states:\\n\\ndebian-13                 running (libvirt)
`;

const NOT_FOUND = `1764226002,,ui,error,The machine with the name 'x' was not found configured for\\nthis Vagrant environment.
1764226002,,error-exit,Vagrant::Errors::MachineNotFound,The machine with the name 'x' was not found configured for\\nthis Vagrant environment%!(VAGRANT_COMMA) it seems.
`;

const SSH_CONFIG = `Host debian-13
  HostName 192.168.121.77
  User vagrant
  Port 22
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile "/a folder/private_key"
  IdentitiesOnly yes
  LogLevel FATAL

`;

describe('what vagrant prints', () => {
  it('has the state of each machine', () => {
    expect([...parseStatus(STATUS)]).toEqual([
      ['debian-13', 'running'],
      ['target', 'not_created'],
    ]);
    expect(parseStatus(NOT_FOUND).size).toBe(0);
  });

  it('has an error in one line', () => {
    expect(parseError(NOT_FOUND)).toBe(
      "The machine with the name 'x' was not found configured for this Vagrant environment, it seems.",
    );
    expect(parseError(STATUS)).toBeUndefined();
  });

  it('has the settings of ssh, which stay whole', () => {
    const settings = parseSshConfig(SSH_CONFIG);
    expect(settings).toHaveLength(9);
    expect(settings).toContain('IdentityFile "/a folder/private_key"');
    const command = sshCommand('debian-13', settings);
    expect(command.slice(0, 4)).toEqual(['ssh', '-F', 'none', '-T']);
    expect(command.at(-1)).toBe('debian-13');
    expect(command.filter((word) => word === '-o')).toHaveLength(settings.length + 5);
    // Of two values of a setting, ssh takes the first.
    expect(command.indexOf('LogLevel=ERROR')).toBeLessThan(command.indexOf('LogLevel FATAL'));
  });
});

const folder = join(temporaryFolder, 'vagrant');
const log = join(folder, 'log');
const path = process.env['PATH'];

/** Programs of these names alone are found, besides those of the system that they need. */
function programs(texts: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  for (const [name, text] of Object.entries(texts)) {
    const file = join(folder, 'bin', name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> ${log}\n${text}\n`);
    chmodSync(file, 0o755);
  }
  process.env['PATH'] = join(folder, 'bin');
}

const vagrant = (status: string, up = 'exit 0'): string => `case "$1" in
status) /bin/cat <<'EOF'
${status}EOF
;;
ssh-config) /bin/cat <<'EOF'
${SSH_CONFIG}EOF
;;
up) ${up};;
esac`;

describe('bringing machines up', () => {
  const said: string[] = [];
  const bringUp = (...names: string[]) => bringUpMachines({ folder, names, say: (text) => said.push(text) });
  const called = (): readonly string[] => readFileSync(log, 'utf8').trim().split('\n');

  beforeEach(() => {
    mkdirSync(folder);
    said.length = 0;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });

  it('copies the tree into one that runs, and asks how many processors it has', () => {
    programs({ vagrant: vagrant(STATUS), ssh: 'echo 0.1.0 >&2; echo 3' });
    const [machine] = bringUp();
    expect(machine).toMatchObject({ name: 'debian-13', processors: 3 });
    expect(machine?.command.at(-1)).toMatch(/^cd \/opt\/packetspec && exec sudo -n node .*machine-executor\.js$/);
    expect(called().filter((line) => line.startsWith('vagrant'))).toEqual(
      ['vagrant status --machine-readable ', 'vagrant rsync debian-13', 'vagrant ssh-config debian-13'].map((line) =>
        line.trimEnd(),
      ),
    );
    expect(said).toEqual([]);
  });

  it('starts one that does not run', () => {
    programs({ vagrant: vagrant(STATUS), ssh: 'echo 2' });
    expect(bringUp('target')).toMatchObject([{ name: 'target' }]);
    expect(called()).toContain('vagrant up target');
    expect(said).toEqual(['starting target (vagrant up); the first time takes some minutes']);
  });

  it.each([
    ['vagrant is not there', {}, /^vagrant is not installed$/],
    ['there is no such machine', { vagrant: `/bin/cat <<'EOF'\n${NOT_FOUND}EOF\nexit 1` }, /machine with the name 'x'/],
    ['vagrant fails without a word for machines', { vagrant: 'echo no ruby >&2; exit 1' }, /no ruby/],
    ['the table is empty', { vagrant: 'exit 0' }, /has no machine/],
    ['ssh is not there', { vagrant: vagrant(STATUS) }, /ssh could not be started/],
    [
      'ssh gets no answer',
      { vagrant: vagrant(STATUS), ssh: 'echo No route >&2; exit 255' },
      /does not answer ssh: No r/,
    ],
    [
      'it was not set up',
      { vagrant: vagrant(STATUS), ssh: 'echo node: not found >&2; exit 127' },
      /cannot run packetspec/,
    ],
  ])('says so when %s', (_, found: Readonly<Record<string, string>>, message) => {
    programs(found);
    expect(() => bringUp()).toThrow(message);
  });

  it('says so when it does not come up, with what to do', () => {
    programs({ vagrant: vagrant(STATUS, 'echo no usable provider >&2; exit 1') });
    expect(() => bringUp('target')).toThrow(
      expect.objectContaining({
        message: 'target did not come up: `vagrant up target` failed',
        hint: expect.stringContaining('VAGRANT_DEFAULT_PROVIDER'),
      }),
    );
  });
});
