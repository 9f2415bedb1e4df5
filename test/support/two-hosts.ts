/**
 * Two hosts with a cable between them: two network namespaces, each with one end of a veth pair. The first is where the
 * harness is at home, the second the target. Nothing has a name outside, and everything ends with two sleeping processes.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandOptions, follow, type Started } from './command';
import { ROOT } from './live';

const PROGRAM = join(ROOT, 'bin/packetspec.js');

export const HARNESS = { device: 'eth0', ipv4: '10.77.0.1', ipv6: 'fd77::1' } as const;
export const TARGET = { device: 'eth0', ipv4: '10.77.0.2', ipv6: 'fd77::2' } as const;

export class TwoHosts {
  readonly #holders: readonly ChildProcess[];
  readonly harness: number;
  readonly target: number;

  private constructor(holders: readonly ChildProcess[]) {
    this.#holders = holders;
    const [harness = 0, target = 0] = holders.map(({ pid }) => pid ?? 0);
    this.harness = harness;
    this.target = target;
  }

  static async make(): Promise<TwoHosts> {
    const hosts = new TwoHosts([startHolder(), startHolder()]);
    await Promise.all([hosts.harness, hosts.target].map(awaitOwnNetwork));
    hosts.#wire();
    await hosts.#awaitReady();
    return hosts;
  }

  /** What a command prints on a host. */
  on(host: 'harness' | 'target', command: readonly string[]): string {
    return execFileSync('nsenter', this.enter(host, command), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Starts a command on a host. */
  start(host: 'harness' | 'target', command: readonly string[], options: CommandOptions = {}): Started {
    return follow('nsenter', this.enter(host, command), { cwd: ROOT, ...options });
  }

  /** `packetspec run ARGS` where the harness is at home. */
  run(args: readonly string[], options: CommandOptions = {}): Started {
    return this.start('harness', [process.execPath, PROGRAM, 'run', ...args], options);
  }

  /** packetspec, as a shell of either host starts it. */
  readonly program = `${process.execPath} ${PROGRAM}`;

  /** What starts an agent on the target, as ssh would. */
  get agent(): string {
    return ['nsenter', ...this.enter('target', [this.program, 'agent'])].join(' ');
  }

  /** Everything of a host that a run could leave behind: devices, addresses, routes, rules, sockets, sysctls. */
  stateOf(host: 'harness' | 'target'): string {
    const commands = [
      ['ip', 'link'],
      ['ip', 'addr'],
      ['ip', 'rule'],
      ['ip', 'route', 'show', 'table', 'all'],
      ['ip', '-6', 'route', 'show', 'table', 'all'],
      // Those of ssh wait a minute in TIME-WAIT.
      ['ss', '-Htuwan', 'exclude', 'time-wait'],
      ['ss', '-H0n'],
      ['sysctl', '-a', '--pattern', String.raw`^net\.`],
    ];
    return commands.map((command) => this.on(host, command)).join('\n');
  }

  sysctl(host: 'harness' | 'target', name: string): string {
    return this.on(host, ['sysctl', '-n', name]).trim();
  }

  end(): void {
    for (const holder of this.#holders) holder.kill('SIGKILL');
  }

  enter(host: 'harness' | 'target', command: readonly string[]): readonly string[] {
    return ['-t', String(host === 'harness' ? this.harness : this.target), '-n', '--', ...command];
  }

  /** Kernel threads tell of the carrier, and enter the routes of IPv6 addresses. */
  async #awaitReady(): Promise<void> {
    for (const host of ['harness', 'target'] as const) {
      const isReady = () =>
        this.on(host, ['ip', '-br', 'link', 'show', 'eth0']).includes(' UP ') &&
        /^local fd77::\d dev eth0.*\n(?:.*\n)*multicast ff00::\/8 dev eth0/m.test(
          this.on(host, ['ip', '-6', 'route', 'show', 'table', 'local']),
        );
      for (let attempt = 0; !isReady(); attempt++) {
        if (attempt === 500) throw new Error(`the ${host} does not get ready`);
        await sleep(10);
      }
    }
  }

  #wire(): void {
    const [here, there] = [String(this.harness), String(this.target)];
    this.on('harness', ['ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', there]);
    // No link-local address: it would be there only after a while.
    for (const host of ['harness', 'target'] as const)
      this.on(host, ['ip', 'link', 'set', 'eth0', 'addrgenmode', 'none']);
    for (const [host, { ipv4, ipv6 }] of [['harness', HARNESS] as const, ['target', TARGET] as const]) {
      this.on(host, ['ip', 'link', 'set', 'lo', 'up']);
      this.on(host, ['ip', 'addr', 'add', `${ipv4}/24`, 'dev', 'eth0']);
      this.on(host, ['ip', 'addr', 'add', `${ipv6}/64`, 'dev', 'eth0', 'nodad']);
      this.on(host, ['ip', 'link', 'set', 'eth0', 'up']);
    }
    if (here === there) throw new Error('the two hosts are one');
  }
}

function startHolder(): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', '600'], { stdio: 'ignore' });
}

async function awaitOwnNetwork(pid: number): Promise<void> {
  const own = readlinkSync('/proc/self/ns/net');
  for (let attempt = 0; attempt < 500; attempt++) {
    // The network is a new one, and the process has become the one that sleeps.
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    if (name === 'sleep' && readlinkSync(`/proc/${pid}/ns/net`) !== own) return;
    await sleep(10);
  }
  throw new Error('a namespace was not made');
}
