/**
 * Machines that Vagrant keeps: which there are, bringing one up with the present tree in it, and the command that starts
 * an executor there. What Vagrant itself prints goes to standard error, since it takes minutes.
 * Deliberately absent: boxes, providers and networks, which are the business of the Vagrantfile.
 */
import { spawnSync } from 'node:child_process';
import type { PipedMachine } from './piped-executor';

/** Where the Vagrantfile puts the tree. */
const TREE_IN_MACHINE = '/opt/packetspec';

/** As on this machine: room for young objects, so that collecting them stops the timed part less often. */
const NODE_OPTIONS = ['--min-semi-space-size=32', '--max-semi-space-size=64'];

/** A machine that does not answer is given up after some 15 s, and ssh says so: Vagrant has it say nothing. */
const SSH_OPTIONS = [
  'BatchMode=yes',
  'ConnectTimeout=15',
  'ServerAliveInterval=5',
  'ServerAliveCountMax=3',
  'LogLevel=ERROR',
];

/** A question takes vagrant seconds, copying the tree a little more; on a connection that has died they never end. */
const ASK_LIMIT_MS = 120_000;
const COPY_LIMIT_MS = 300_000;

/** What could not be done, and what to do about it. */
export class VagrantError extends Error {
  override readonly name = 'VagrantError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export interface VagrantMachine extends PipedMachine {
  readonly processors: number;
}

export interface VagrantSettings {
  /** The folder with the Vagrantfile. */
  readonly folder: string;
  /** The machines that are wanted; the first of the Vagrantfile when there is none. */
  readonly names: readonly string[];
  /** Takes a line for the user. */
  readonly say: (text: string) => void;
}

/**
 * Has every machine running, with the tree as it is now.
 * @throws VagrantError
 */
export function bringUpMachines({ folder, names, say }: VagrantSettings): readonly VagrantMachine[] {
  const states = parseStatus(ask(folder, ['status', '--machine-readable', ...names]));
  const wanted = names.length > 0 ? names : [...states.keys()].slice(0, 1);
  if (wanted.length === 0) throw new VagrantError('the Vagrantfile has no machine');
  return wanted.map((name) => {
    if (states.get(name) === 'running') {
      const failure = `the tree could not be copied into ${name}`;
      tell(folder, ['rsync', name], { failure, hint: `vagrant reload ${name}`, limitMs: COPY_LIMIT_MS });
    } else {
      say(`starting ${name} (vagrant up); the first time takes some minutes`);
      const hint = 'vagrant says above what is missing; a provider is chosen with VAGRANT_DEFAULT_PROVIDER';
      tell(folder, ['up', name], { failure: `${name} did not come up`, hint });
    }
    return openMachine(folder, name);
  });
}

function openMachine(folder: string, name: string): VagrantMachine {
  const ssh = sshCommand(name, parseSshConfig(ask(folder, ['ssh-config', name])));
  const processors = Number(probe(name, ssh));
  const executor = ['sudo', '-n', 'node', ...NODE_OPTIONS, 'dist/machine-executor.js'].join(' ');
  return {
    name,
    processors,
    command: [...ssh, `cd ${TREE_IN_MACHINE} && exec ${executor}`],
    hint: `\`vagrant status ${name}\` tells whether it still runs, \`vagrant reload ${name}\` starts it again`,
  };
}

/** Whether specs can be run there, and on how many processors: the program is built again when it is out of date. */
function probe(name: string, ssh: readonly string[]): string {
  const [program = '', ...args] = ssh;
  const text = `cd ${TREE_IN_MACHINE} && sudo -n node bin/packetspec.js --version >&2 && nproc`;
  const { status, error, stdout, stderr } = spawnSync(program, [...args, text], { encoding: 'utf8' });
  if (error !== undefined) throw new VagrantError(`ssh could not be started: ${error.message}`);
  // The status of ssh itself; see ssh(1).
  if (status === 255) throw new VagrantError(`${name} does not answer ssh: ${stderr.trim()}`, `vagrant reload ${name}`);
  if (status !== 0) {
    const said = stderr.trim();
    throw new VagrantError(`${name} cannot run packetspec: ${said}`, `set it up again: vagrant provision ${name}`);
  }
  return stdout.trim();
}

/** What a command of vagrant prints, with the errors in it as ours. */
function ask(folder: string, args: readonly string[]): string {
  const options = { cwd: folder, encoding: 'utf8', timeout: ASK_LIMIT_MS } as const;
  const { status, error, stdout, stderr } = spawnSync('vagrant', args, options);
  if (error !== undefined) throw notDone(args, error);
  if (status === 0) return stdout;
  throw new VagrantError(parseError(stdout) ?? `vagrant ${args.join(' ')} failed: ${(stderr || stdout).trim()}`);
}

interface Telling {
  readonly failure: string;
  readonly hint: string;
  readonly limitMs?: number;
}

/** Lets a command of vagrant say what it does. */
function tell(folder: string, args: readonly string[], { failure, hint, limitMs }: Telling): void {
  const { status, error } = spawnSync('vagrant', args, { cwd: folder, stdio: ['ignore', 2, 2], timeout: limitMs });
  if (error !== undefined) throw notDone(args, error);
  if (status !== 0) throw new VagrantError(`${failure}: \`vagrant ${args.join(' ')}\` failed`, hint);
}

function notDone(args: readonly string[], error: NodeJS.ErrnoException): VagrantError {
  const command = `vagrant ${args.join(' ')}`;
  if (error.code === 'ENOENT')
    return new VagrantError('vagrant is not installed', 'on Debian: apt-get install vagrant vagrant-libvirt');
  if (error.code === 'ETIMEDOUT')
    return new VagrantError(`\`${command}\` did not end`, `\`vagrant status\` tells whether the machine still runs`);
  return new VagrantError(`vagrant could not be started: ${error.message}`);
}

/**
 * The state of each machine, in the order of the Vagrantfile.
 * @param text of `vagrant status --machine-readable`: lines of time, machine, type and data, with commas between them
 */
export function parseStatus(text: string): ReadonlyMap<string, string> {
  const rows = text.split('\n').map((line) => line.trim().split(','));
  return new Map(rows.flatMap(([, name = '', type, state = '']) => (type === 'state' ? [[name, state]] : [])));
}

/** The message of an error in the machine-readable output, in which commas and ends of lines are escaped. */
export function parseError(text: string): string | undefined {
  const row = text.split('\n').find((line) => line.split(',')[2] === 'error-exit');
  const message = row?.split(',').slice(4).join(',');
  return message?.replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', ' ').trim();
}

/** The settings of `vagrant ssh-config`, a host's block of ssh_config(5), one by one. */
export function parseSshConfig(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#') && !/^Host\s/.test(line));
}

/** ssh to a machine of Vagrant's, and nothing of what the user has set for others. */
export function sshCommand(name: string, settings: readonly string[]): readonly string[] {
  // The first value of a setting counts; see ssh_config(5).
  const options = [...SSH_OPTIONS, ...settings].flatMap((setting) => ['-o', setting]);
  return ['ssh', '-F', 'none', '-T', ...options, name];
}
