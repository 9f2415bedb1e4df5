import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_US } from '../../../src/base/nanoseconds';
import type { CallRequest, Host, ReturnedCall, Run } from '../../../src/host/host';
import { isAsleep, isIn } from '../../../src/host/linux/blocking-threads';
import type { CallOutputs } from '../../../src/trace/trace';
import { openLinuxHost } from '../../../src/host/linux/linux-host';
import { bundleProgram, openTestHost, ROOT } from '../../support/live';
import { acceptOne, establish, IPV4, LIMIT_NS, listen, room, succeeded } from '../../support/segments';

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
    // What a thread of the run before has said late wakes as well.
    for (const untilNs = run.nowNs() + LIMIT_NS; ; ) {
      run.waitForEvent(untilNs);
      const returned = run.returnedCalls();
      if (returned.length > 0 || run.nowNs() >= untilNs) return returned;
    }
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

  it.each<readonly [string, (fd: number, ends: readonly number[]) => CallRequest, CallOutputs]>([
    ['readv', (fd) => ({ name: 'readv', fd, buffers: [room(1), room(9)] }), { bytes: Uint8Array.of(1, 2, 3) }],
    [
      'recvmsg',
      (fd) => ({ name: 'recvmsg', fd, buffers: [room(9)], controlLength: 64, flags: 0 }),
      { bytes: Uint8Array.of(1, 2, 3), messageFlags: 0, control: [] },
    ],
    ['splice', (fd, [, into = -1]) => ({ name: 'splice', input: fd, output: into, count: 9, flags: 0 }), {}],
  ])('sleeps in %s, and gives what came', async (_, request, outputs) => {
    run = host.openRun(IPV4);
    const { fd, receives } = acceptOne(run);
    const ends = succeeded(run.call({ name: 'pipe' }, LIMIT_NS)).outputs.descriptors ?? [];
    run.receive();
    await run.prepareBlocking();
    run.startTimedPart();
    run.startBlockingCall(request(fd, ends), 4);
    expect(run.returnedCalls()).toEqual([]);
    receives(1, 2, 3);
    run.receive();
    const expected = { token: 4, cancelled: false, outcome: { returned: 3, errno: '', outputs } };
    expect(awaitReturns()).toMatchObject([expected]);
  });

  it('sleeps in epoll_wait until something happens', async () => {
    run = host.openRun(IPV4);
    const { fd, receives } = acceptOne(run);
    const epoll = succeeded(run.call({ name: 'epoll_create', size: 1 }, LIMIT_NS)).returned;
    const data = '00000000000000ff';
    succeeded(run.call({ name: 'epoll_ctl', epoll, operation: 1, fd, events: 1, data }, LIMIT_NS));
    run.receive();
    await run.prepareBlocking();
    run.startTimedPart();
    run.startBlockingCall({ name: 'epoll_wait', epoll, maxEvents: 2, timeoutMs: -1 }, 5);
    expect(run.returnedCalls()).toEqual([]);
    receives(1);
    run.receive();
    expect(awaitReturns()).toMatchObject([{ token: 5, outcome: { outputs: { events: [{ events: 1, data }] } } }]);
  });

  it('sends from memory that only the run refers to', async () => {
    run = host.openRun(IPV4);
    const { fd } = acceptOne(run);
    await run.prepareBlocking();
    run.startTimedPart();
    const buffers = [{ kind: 'bytes', bytes: new Uint8Array(20_000_000) }] as const;
    run.startBlockingCall({ name: 'sendmsg', fd, buffers, control: [], flags: 0 }, 6);
    run.cancelBlockingCalls();
    const [returned] = run.returnedCalls();
    expect(returned).toMatchObject({ token: 6, cancelled: true });
    expect(returned?.outcome.returned).toBeGreaterThan(0);
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
    const { status, signal, stdout } = spawnSync(process.execPath, [program, worker, how], { timeout: 60_000 });
    expect({ status, signal, stdout: String(stdout) }).toEqual({ status: 5, signal: null, stdout: 'asleep\n' });
  });
});
