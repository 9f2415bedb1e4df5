import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_US } from '../../../src/base/nanoseconds';
import type { Host, ReturnedCall, Run } from '../../../src/host/host';
import { isAsleep, isIn } from '../../../src/host/linux/blocking-threads';
import { openLinuxHost } from '../../../src/host/linux/linux-host';
import { bundleProgram, openTestHost, ROOT } from '../../support/live';
import { establish, IPV4, LIMIT_NS, listen } from '../../support/segments';

describe('the thread as /proc shows it', () => {
  it('is found asleep whatever its name is', () => {
    expect(isAsleep('1234 (node) S 1 1234')).toBe(true);
    expect(isAsleep('1234 (a) R (b) S 1 1234')).toBe(true);
    expect(isAsleep('1234 (a) S (b) R 1 1234')).toBe(false);
  });

  it('is found in one system call and no other', () => {
    expect(isIn('288 0x15 0x0 0x0 0x80000 0x0 0x0 0x7f 0x7f', 288)).toBe(true);
    expect(isIn('28 0x15', 288)).toBe(false);
    expect(isIn('running', 288)).toBe(false);
  });
});

describe('blocking calls', () => {
  let host: Host;
  let run: Run;

  beforeAll(() => {
    host = openTestHost();
  });

  afterEach(async () => {
    await run.close();
  });

  function awaitReturns(): readonly ReturnedCall[] {
    run.waitForEvent(run.nowNs() + LIMIT_NS);
    return run.returnedCalls();
  }

  it('sleeps until the kernel has an answer', async () => {
    run = host.openRun(IPV4);
    const fd = listen(run);
    await run.prepareBlocking();
    run.startTimedPart();
    const { startedNs } = run.startBlockingCall({ name: 'accept', fd }, 7);
    const asleepNs = run.nowNs();
    expect(startedNs).toBeGreaterThan(0);
    expect(asleepNs).toBeGreaterThan(startedNs);
    expect(run.returnedCalls()).toEqual([]);
    establish(run, IPV4, 40001);
    run.receive();
    const [returned, ...others] = awaitReturns();
    expect(others).toEqual([]);
    expect(returned).toMatchObject({ token: 7, cancelled: false, outcome: { errno: '' } });
    expect(returned?.outcome.outputs.peer).toBe('192.0.2.1:40001');
    expect(returned?.endedNs).toBeGreaterThan(asleepNs);
  });

  it('returns at once when there is nothing to wait for', async () => {
    run = host.openRun(IPV4);
    const fd = listen(run);
    establish(run, IPV4, 40001);
    run.receive();
    await run.prepareBlocking();
    run.startTimedPart();
    run.startBlockingCall({ name: 'accept', fd }, 1);
    expect(awaitReturns()).toMatchObject([{ token: 1, cancelled: false }]);
  });

  it('is cancelled', async () => {
    run = host.openRun(IPV4);
    const fd = listen(run);
    await run.prepareBlocking();
    run.startTimedPart();
    run.startBlockingCall({ name: 'accept', fd }, 3);
    const beforeNs = run.nowNs();
    run.cancelBlockingCalls();
    expect(run.nowNs() - beforeNs).toBeLessThan(50 * NS_PER_MS);
    const returned = run.returnedCalls();
    expect(returned).toMatchObject([{ token: 3, cancelled: true, outcome: { returned: -1, errno: 'EINTR' } }]);
    expect(returned[0]?.endedNs).toBeGreaterThanOrEqual(beforeNs - 5 * NS_PER_US);
    run.cancelBlockingCalls();
    expect(run.returnedCalls()).toEqual([]);
  });

  it('is cancelled by closing, and its thread serves the next run', async () => {
    run = host.openRun(IPV4);
    await run.prepareBlocking();
    run.startBlockingCall({ name: 'accept', fd: listen(run) }, 1);
    await run.close();
    run = host.openRun(IPV4);
    await run.prepareBlocking();
    run.startBlockingCall({ name: 'poll', entries: [], timeoutMs: 5 }, 2);
    expect(awaitReturns()).toMatchObject([{ token: 2, outcome: { returned: 0 } }]);
  });

  it('sleeps several times at once when as many threads were prepared', async () => {
    run = host.openRun(IPV4);
    await run.prepareBlocking(2);
    const sleepLong = { name: 'poll', entries: [], timeoutMs: 60_000 } as const;
    run.startBlockingCall(sleepLong, 1);
    run.startBlockingCall(sleepLong, 2);
    expect(() => run.startBlockingCall(sleepLong, 3)).toThrow(/2 blocking calls sleep already/);
    run.cancelBlockingCalls();
    expect(run.returnedCalls().map(({ token, cancelled }) => [token, cancelled])).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it('is refused without a thread, or without a script for it', async () => {
    const bare = openLinuxHost();
    run = bare.openRun(IPV4);
    expect(() => run.startBlockingCall({ name: 'accept', fd: 0 }, 1)).toThrow(/no thread was prepared/);
    await expect(run.prepareBlocking()).rejects.toMatchObject({ code: 'blocking-thread' });
  });

  it('says when the script cannot be loaded', async () => {
    run = openLinuxHost({ blockingWorkerPath: join(ROOT, 'no-such-script.js') }).openRun(IPV4);
    await expect(run.prepareBlocking()).rejects.toMatchObject({ code: 'blocking-thread' });
  });

  it.each(['exit', 'end'])('does not keep the process from leaving: %s', (how) => {
    const worker = bundleProgram('src/cli/blocking-worker.ts', 'blocking-worker');
    const program = bundleProgram('test/support/leave-while-blocked.ts', 'leave-while-blocked');
    const { status, signal, stdout } = spawnSync(process.execPath, [program, worker, how], { timeout: 5000 });
    expect({ status, signal, stdout: String(stdout) }).toEqual({ status: 5, signal: null, stdout: 'asleep\n' });
  });
});
