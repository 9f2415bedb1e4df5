import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  awaitNoProcess,
  childrenOf,
  describeProcess,
  markedEnvironment,
  networksOf,
  socketsOf,
} from '../../support/leftovers';
import { bundleProgram, requireKernel } from '../../support/live';

let program: string;
let started = 0;

beforeAll(() => {
  requireKernel();
  program = bundleProgram('test/support/guarded.ts', 'guarded');
});

interface Guarded {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly marker: string;
  readonly exitStatus: Promise<number | null>;
  /** The shell. */
  readonly guardian: number;
  /** The next line that it prints, however late. */
  line(): Promise<string>;
}

async function start(mode: string): Promise<Guarded> {
  const marker = `${process.pid}-guarded-${started++}`;
  const child = spawn(process.execPath, [program, mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: markedEnvironment(marker),
  });
  const exitStatus = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  const lines: string[] = [];
  child.stdout.on('data', (data: Buffer) => lines.push(...data.toString().split('\n').filter(Boolean)));
  const line = async () => {
    while (lines.length === 0 && child.exitCode === null && child.signalCode === null) await sleep(10);
    return lines.shift() ?? `it ended with ${String(child.exitCode ?? child.signalCode)}`;
  };
  expect(await line()).toBe('ready');
  const pid = child.pid ?? 0;
  const guardian = childrenOf(pid).find((one) => describeProcess(one).startsWith('/bin/sh')) ?? 0;
  return { child, pid, marker, exitStatus, guardian, line };
}

function heldBy(pid: number): string {
  return readlinkSync(`/proc/${pid}/fd/3`);
}

async function untilHolds(pid: number, wanted: string): Promise<string> {
  for (let attempt = 0; attempt < 200 && heldBy(pid) !== wanted; attempt++) await sleep(10);
  return heldBy(pid);
}

/** Field 6 of proc(5). */
function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]);
}

describe('the guardian', () => {
  it.each([
    ['closed by it', 'connection', 'FIN_WAIT1'],
    ['of a server that dies with it', 'server', 'ESTABLISHED'],
  ])('ends the connections of a killed process: %s', async (_, mode, state) => {
    const { child, pid, marker, guardian, line } = await start(mode);
    // Data is not acknowledged.
    expect(await line()).toBe(state);
    const network = openSync(`/proc/${pid}/ns/net`, 'r');
    try {
      expect(await untilHolds(guardian, readlinkSync(`/proc/${pid}/ns/net`))).toMatch(/^net:/);
      child.kill('SIGKILL');
      expect(await awaitNoProcess(marker)).toEqual([]);
      expect(socketsOf(network)).toEqual([]);
    } finally {
      closeSync(network);
    }
  });

  it('ends the commands of a killed process, whatever their session', async () => {
    const { child, pid, marker, guardian, line } = await start('command');
    expect(await line()).toBe('commanding');
    expect(await untilHolds(guardian, readlinkSync(`/proc/${pid}/ns/net`))).toMatch(/^net:/);
    for (let attempt = 0; attempt < 200 && childrenOf(pid).length < 2; attempt++) await sleep(10);
    child.kill('SIGKILL');
    expect(await awaitNoProcess(marker)).toEqual([]);
  });

  it('holds nothing between runs, and ends with its process', async () => {
    const { child, marker, exitStatus, guardian, line } = await start('closed');
    expect(await line()).toBe('closed');
    expect(await untilHolds(guardian, '/dev/null')).toBe('/dev/null');
    child.stdin?.end();
    await exitStatus;
    // It is not left to whoever adopts orphans.
    expect(await awaitNoProcess(marker, 0)).toEqual([]);
  });

  it('is in none of the networks of runs, and in a session of its own', async () => {
    const { child, guardian, marker, line } = await start('connection');
    expect(await line()).toBe('FIN_WAIT1');
    expect(readlinkSync(`/proc/${guardian}/ns/net`)).toBe(readlinkSync('/proc/self/ns/net'));
    expect(sessionOf(guardian)).toBe(guardian);
    child.kill('SIGKILL');
    expect(await awaitNoProcess(marker)).toEqual([]);
  });

  it('fails no run when it is dead', async () => {
    const { child, guardian, marker, exitStatus, line } = await start('twice');
    expect(await line()).toBe('closed');
    process.kill(guardian, 'SIGKILL');
    child.stdin?.write('go on\n');
    expect(await line()).toBe('closed');
    child.stdin?.end();
    expect(await exitStatus).toBe(0);
    expect(await awaitNoProcess(marker)).toEqual([]);
  });
});

describe('the threads of the pool', () => {
  it('are born in no network of a run', async () => {
    const { child, pid, line, marker } = await start('closed');
    expect(await line()).toBe('closed');
    const home = readlinkSync(`/proc/${pid}/ns/net`);
    const initial = readlinkSync('/proc/self/ns/net');
    expect(networksOf(pid).filter((network) => network !== home && network !== initial)).toEqual([]);
    child.kill('SIGKILL');
    expect(await awaitNoProcess(marker)).toEqual([]);
  });
});
