/** What runs could leave behind on this machine: processes, namespaces, devices, changed settings. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whatever a process starts inherits this variable, so its processes are known by it even when their parent is dead. */
const MARKER = 'PACKETSPEC_TEST_MARKER';

export function markedEnvironment(marker: string): NodeJS.ProcessEnv {
  return { ...process.env, [MARKER]: marker };
}

/** Every process that carries the marker. The dead that nobody has waited for have no environment any more. */
export function markedProcesses(marker: string): readonly number[] {
  const wanted = `${MARKER}=${marker}`;
  return allProcesses().filter((pid) => readOrNothing(`/proc/${pid}/environ`).split('\0').includes(wanted));
}

const EMPTY_LOOKS = 4;
/**
 * What is left behind stays for minutes, or for ever; what is about to end needs a processor for it. Eight runs that are killed at once
 * are gone in half a second on an idle machine, and were not in five on one with ten times as many processes as processors.
 */
export const GONE_WITHIN_MS = 30_000;

/** Waits until no process carries the marker. @returns those that still do when the time is over */
export async function awaitNoProcess(marker: string, limitMs = GONE_WITHIN_MS): Promise<readonly string[]> {
  const deadlineMs = performance.now() + limitMs;
  for (let emptyLooks = 0; ; ) {
    const left = markedProcesses(marker);
    emptyLooks = left.length === 0 ? emptyLooks + 1 : 0;
    // A process that is just becoming another program has no environment for a moment: one look is not enough.
    if (emptyLooks === EMPTY_LOOKS || performance.now() >= deadlineMs) return left.map(describeProcess);
    await sleep(5);
  }
}

/** The processes that a process has started and that run. */
export function childrenOf(parent: number): readonly number[] {
  return allProcesses().filter((pid) => statusField(pid, 'PPid') === String(parent) && describeProcess(pid) !== '');
}

export function describeProcess(pid: number): string {
  return readOrNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** Network namespaces, by inode, that the threads of a process are in. */
export function networksOf(pid: number): readonly string[] {
  return [...new Set(readFolder(`/proc/${pid}/task`).map((task) => readLink(`/proc/${pid}/task/${task}/ns/net`)))];
}

/** The TCP sockets of a network, as `ss` shows them; the network is held by an open descriptor. */
export function socketsOf(network: number): readonly string[] {
  const { stdout, stderr, status } = spawnSync('nsenter', ['--net=/proc/self/fd/3', 'ss', '-Htan'], {
    stdio: ['ignore', 'pipe', 'pipe', network],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`no list of sockets: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

/** The state of the namespace that this process lives in, which no run may change. */
export interface Surroundings {
  readonly devices: readonly string[];
  /** Namespaces that are held by a mount. */
  readonly mountedNamespaces: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly tunMode: number;
}

export function lookAround(): Surroundings {
  const sysctls: Record<string, string> = {};
  collectFiles('/proc/sys/net', sysctls);
  return {
    devices: readdirSync('/sys/class/net').sort(),
    mountedNamespaces: readOrNothing('/proc/self/mountinfo')
      .split('\n')
      .filter((line) => / - nsfs /.test(line)),
    sysctls,
    tunMode: statSync('/dev/net/tun').mode,
  };
}

function collectFiles(folder: string, found: Record<string, string>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) collectFiles(path, found);
    else found[path] = readOrNothing(path);
  }
}

function allProcesses(): readonly number[] {
  return readFolder('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function statusField(pid: number, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readOrNothing(`/proc/${pid}/status`))?.[1];
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readFolder(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
