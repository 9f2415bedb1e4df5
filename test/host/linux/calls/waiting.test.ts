import { describe, expect, it } from 'vitest';
import { NS_PER_MS } from '../../../../src/base/nanoseconds';
import { useTestHost } from '../../../support/live';
import { acceptOne, LIMIT_NS, listen, succeeded } from '../../../support/segments';

const { open } = useTestHost();

const POLLIN = 0x001;
const EPOLLIN = 0x001;
const EPOLLOUT = 0x004;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;

describe('poll', () => {
  it('tells of each descriptor', () => {
    const run = open();
    const listener = listen(run);
    const entries = [
      { fd: listener, events: POLLIN },
      { fd: 999, events: POLLIN },
    ];
    expect(run.call({ name: 'poll', entries, timeoutMs: 0 }, LIMIT_NS).outcome).toEqual({
      returned: 1,
      errno: '',
      outputs: { revents: [0, 0x20] },
    });
  });
});

describe('epoll', () => {
  it('tells what happened, with the data that belong to it', () => {
    const run = open();
    const { fd, receives } = acceptOne(run);
    const epoll = succeeded(run.call({ name: 'epoll_create', size: 1 }, LIMIT_NS)).returned;
    const data = 'fedcba9876543210';
    const events = EPOLLIN | EPOLLOUT;
    succeeded(run.call({ name: 'epoll_ctl', epoll, operation: EPOLL_CTL_ADD, fd, events, data }, LIMIT_NS));
    const wait = { name: 'epoll_wait', epoll, maxEvents: 4, timeoutMs: 0 } as const;
    expect(run.call(wait, LIMIT_NS).outcome).toEqual({
      returned: 1,
      errno: '',
      outputs: { events: [{ events: EPOLLOUT, data }] },
    });
    receives(1);
    expect(run.call(wait, LIMIT_NS).outcome.outputs.events).toEqual([{ events: EPOLLIN | EPOLLOUT, data }]);
    succeeded(run.call({ name: 'epoll_ctl', epoll, operation: EPOLL_CTL_DEL, fd, events: 0, data: '0' }, LIMIT_NS));
    expect(run.call(wait, LIMIT_NS).outcome).toEqual({ returned: 0, errno: '', outputs: { events: [] } });
  });

  it('sleeps as long as it is told', () => {
    const run = open();
    const epoll = succeeded(run.call({ name: 'epoll_create', size: 1 }, LIMIT_NS)).returned;
    const wait = { name: 'epoll_wait', epoll, maxEvents: 1, timeoutMs: 20 } as const;
    const { startedNs, endedNs, interrupted } = run.call(wait, LIMIT_NS);
    expect(endedNs - startedNs).toBeGreaterThanOrEqual(20 * NS_PER_MS);
    expect(interrupted).toBe(false);
    expect(run.call({ ...wait, timeoutMs: -1 }, 20 * NS_PER_MS)).toMatchObject({
      outcome: { errno: 'EINTR' },
      interrupted: true,
    });
  });

  it('refuses what epoll_create(2) and epoll_wait(2) refuse', () => {
    const run = open();
    expect(run.call({ name: 'epoll_create', size: 0 }, LIMIT_NS).outcome.errno).toBe('EINVAL');
    expect(run.call({ name: 'epoll_create', size: -1 }, LIMIT_NS).outcome.errno).toBe('EINVAL');
    const epoll = succeeded(run.call({ name: 'epoll_create', size: 1 }, LIMIT_NS)).returned;
    const wait = { name: 'epoll_wait', epoll, maxEvents: 0, timeoutMs: 0 } as const;
    expect(run.call(wait, LIMIT_NS).outcome.errno).toBe('EINVAL');
    const ctl = { name: 'epoll_ctl', epoll, operation: EPOLL_CTL_DEL, fd: listen(run), events: 0, data: '0' } as const;
    expect(run.call(ctl, LIMIT_NS).outcome.errno).toBe('ENOENT');
  });
});
