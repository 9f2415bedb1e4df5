/** Executors behind a pipe: the real one, started here in place of on another machine, and programs that fail in every way. */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { warmUpTimeline } from '../../src/exec/warm-up';
import { judge } from '../../src/verify/judge';
import { PipedExecutor, type PipedMachine } from '../../src/vm/piped-executor';
import { requireKernel, ROOT } from '../support/live';

const started: PipedExecutor[] = [];

function machine(program: string, args: readonly string[]): PipedMachine {
  return { name: 'vm', command: [program, ...args], hint: 'start it again' };
}

function start(on: PipedMachine): PipedExecutor {
  const executor = new PipedExecutor(on);
  started.push(executor);
  return executor;
}

afterEach(() => {
  for (const executor of started.splice(0)) executor.kill();
});

describe('the real executor behind a pipe', () => {
  beforeAll(requireKernel);

  it('runs one timeline after the other, and gives whole traces', async () => {
    const executor = start(machine(process.execPath, [join(ROOT, 'dist/machine-executor.js')]));
    for (const ip of ['ipv4', 'ipv6'] as const) {
      const outcome = await executor.run(warmUpTimeline(ip));
      if (outcome.kind !== 'trace') throw new Error(JSON.stringify(outcome));
      expect(outcome.trace.timeline).toEqual(warmUpTimeline(ip));
      expect(judge(outcome.trace).checks.filter(({ passed }) => !passed)).toEqual([]);
    }
    expect(executor.alive).toBe(true);
  });

  it('ends when it is released', async () => {
    const executor = start(machine(process.execPath, [join(ROOT, 'dist/machine-executor.js')]));
    await executor.run(warmUpTimeline('ipv4'));
    executor.release();
    await expect.poll(() => executor.alive).toBe(false);
  });
});

describe('a machine that is lost', () => {
  it('is named, with what was said last and what to do', async () => {
    const outcome = await start(machine('sh', ['-c', 'echo No route to host >&2; exit 255'])).run(
      warmUpTimeline('ipv4'),
    );
    expect(outcome).toEqual({
      kind: 'trouble',
      trouble: {
        code: 'machine-lost',
        message: 'the connection to the executor on vm ended (exit status 255); it said: No route to host',
        hint: 'start it again',
      },
    });
  });

  it('is not called again by the runs that are left', async () => {
    const on = machine('sh', ['-c', 'echo once >&2; exit 255']);
    await start(on).run(warmUpTimeline('ipv4'));
    const next = new PipedExecutor({ ...on, command: ['sh', '-c', 'echo twice >&2; exit 1'] });
    expect(next.alive).toBe(false);
    expect(await next.run(warmUpTimeline('ipv4'))).toMatchObject({
      trouble: { message: expect.stringContaining('once') },
    });
  });

  it('while nothing runs is told at the next run', async () => {
    const executor = start(machine('true', []));
    await expect.poll(() => executor.alive).toBe(false);
    expect(await executor.run(warmUpTimeline('ipv4'))).toMatchObject({ trouble: { code: 'machine-lost' } });
  });

  it('is one whose program does not exist', async () => {
    expect(await start(machine('/no/such/program', [])).run(warmUpTimeline('ipv4'))).toMatchObject({
      trouble: { message: expect.stringContaining('ENOENT') },
    });
  });

  it('is one that speaks in another tongue', async () => {
    const outcome = await start(machine('sh', ['-c', 'printf "\\001\\000\\000\\000x"; sleep 60'])).run(
      warmUpTimeline('ipv4'),
    );
    expect(outcome).toMatchObject({
      kind: 'trouble',
      trouble: { code: 'machine-lost', message: expect.stringContaining('what it said is no message') },
    });
  });
});
