/**
 * The fake host is held against the real one at the port itself, over every link: the same calls, commands and segments must give the
 * same answers. Numbers of descriptors are the business of each.
 */
import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../src/base/nanoseconds';
import type { CallRequest, Host, Run } from '../../src/host/host';
import { openLinuxHost } from '../../src/host/linux/linux-host';
import { LINK_KINDS, type LinkKind } from '../../src/spec/link-kind';
import type { CallOutcome, CommandOutcome } from '../../src/trace/trace';
import { TCP_FLAG } from '../../src/wire/wire';
import { FakeHost } from '../support/fake-host';
import { requireKernel } from '../support/live';
import {
  acceptOne,
  answers,
  IPV4,
  LIMIT_NS,
  listen,
  nowhere,
  room,
  segment,
  sends,
  succeeded,
} from '../support/segments';

const NULL_OUTPUT = { kind: 'null', size: 3 } as const;

/** What a connection, accepted and with the bytes 1 to 5 unread, answers to the calls. */
const ON_A_CONNECTION: Readonly<Record<string, (fd: number) => CallRequest>> = {
  read: (fd) => ({ name: 'read', fd, buffer: room(100) }),
  'read of a part': (fd) => ({ name: 'read', fd, buffer: room(2) }),
  'read into NULL': (fd) => ({ name: 'read', fd, buffer: nowhere(9) }),
  readv: (fd) => ({ name: 'readv', fd, buffers: [room(1), room(2)] }),
  recv: (fd) => ({ name: 'recv', fd, buffer: room(9), flags: 0 }),
  recvmsg: (fd) => ({ name: 'recvmsg', fd, buffers: [room(1), room(9)], controlLength: 64, flags: 0 }),
  write: (fd) => ({ name: 'write', fd, buffer: sends(1, 2, 3) }),
  'write from NULL': (fd) => ({ name: 'write', fd, buffer: NULL_OUTPUT }),
  writev: (fd) => ({ name: 'writev', fd, buffers: [sends(1), sends(2, 3)] }),
  send: (fd) => ({ name: 'send', fd, buffer: sends(1, 2), flags: 0 }),
  sendmsg: (fd) => ({ name: 'sendmsg', fd, buffers: [sends(1), sends(2)], control: [], flags: 0 }),
  'sendmsg from NULL': (fd) => ({ name: 'sendmsg', fd, buffers: [NULL_OUTPUT], control: [], flags: 0 }),
  poll: (fd) => ({ name: 'poll', entries: [{ fd, events: 5 }], timeoutMs: 0 }),
  'poll of nothing open': () => ({ name: 'poll', entries: [{ fd: 999, events: 1 }], timeoutMs: 0 }),
  'epoll_create of no size': () => ({ name: 'epoll_create', size: 0 }),
  'epoll_wait on nothing open': () => ({ name: 'epoll_wait', epoll: 999, maxEvents: 1, timeoutMs: 0 }),
  'splice from nothing open': (fd) => ({ name: 'splice', input: 999, output: fd, count: 1, flags: 0 }),
  'sendfile from nothing open': (fd) => ({ name: 'sendfile', input: 999, output: fd, count: 1 }),
  'a right that is held': () => ({ name: 'cap_set', set: 'effective', capability: 12, raised: true }),
  'close of nothing open': () => ({ name: 'close', fd: 999 }),
};

const COMMANDS: Readonly<Record<string, CommandOutcome>> = {
  true: { status: 0, timedOut: false, output: '' },
  'echo hello; exit 3': { status: 3, timedOut: false, output: 'hello\n' },
  'kill -KILL $$': { signal: 'SIGKILL', timedOut: false, output: '' },
  'echo begun; sleep 600': { signal: 'SIGKILL', timedOut: true, output: 'begun\n' },
};

async function on<T>(host: Host, link: LinkKind, action: (run: Run) => T): Promise<T> {
  const run = host.openRun({ ...IPV4, link });
  try {
    run.startTimedPart();
    return action(run);
  } finally {
    await run.close();
  }
}

function answerOf(run: Run, request: (fd: number) => CallRequest): readonly [CallOutcome, readonly number[]] {
  const { fd, receives } = acceptOne(run);
  receives(1, 2, 3, 4, 5);
  // The acknowledgment.
  answers(run);
  const { outcome } = run.call(request(fd), LIMIT_NS);
  const sent = run.receive().filter(({ direction }) => direction === 'out');
  return [outcome, sent.map(({ bytes }) => bytes.length)];
}

let real: Host | undefined;

function kernel(): Host {
  requireKernel();
  real ??= openLinuxHost();
  return real;
}

describe.each(LINK_KINDS)('the fake host answers as the kernel does over the link %s', (link) => {
  it.each(Object.entries(ON_A_CONNECTION))('to %s', async (_, request) => {
    const [fake, live] = [new FakeHost(), kernel()].map((host) => on(host, link, (run) => answerOf(run, request)));
    expect(await fake).toEqual(await live);
  });

  it('to calls that open descriptors', async () => {
    const opened = (run: Run) => {
      const epoll = succeeded(run.call({ name: 'epoll_create', size: 1 }, LIMIT_NS)).returned;
      const [from = -1, into = -1] = succeeded(run.call({ name: 'pipe' }, LIMIT_NS)).outputs.descriptors ?? [];
      const fd = listen(run);
      const made = [epoll, from, into, fd];
      const event = { name: 'epoll_ctl', epoll, operation: 1, fd, events: 1, data: '0000000000000001' } as const;
      return [
        new Set(made).size,
        made.every((one) => one > 2),
        run.call(event, LIMIT_NS).outcome,
        run.call({ name: 'epoll_wait', epoll, maxEvents: 1, timeoutMs: 0 }, LIMIT_NS).outcome,
        made.map((one) => run.call({ name: 'close', fd: one }, LIMIT_NS).outcome.errno),
      ];
    };
    expect(await on(new FakeHost(), link, opened)).toEqual(await on(kernel(), link, opened));
  });

  it.each(Object.entries(COMMANDS))('to the command `%s`', async (text, told) => {
    const fake = new FakeHost({ shell: { [text]: { ...told, tookNs: told.timedOut ? NS_PER_S : 0 } } });
    const command = (run: Run) => {
      const beforeNs = run.nowNs();
      const { startedNs, endedNs, outcome } = run.shell({ text, folder: '/', limitNs: 100 * NS_PER_MS });
      return { outcome, isInOrder: beforeNs <= startedNs && startedNs < endedNs && endedNs <= run.nowNs() };
    };
    expect(await on(fake, link, command)).toEqual(await on(kernel(), link, command));
  });

  it('to a flood', async () => {
    const flood = (run: Run) => {
      listen(run, 4096);
      const first = Uint8Array.of(192, 0, 2, 2);
      const packetsFrom = (index: number) => [
        segment({ ...IPV4, remoteAddress: '192.0.2.2' }, 10_000 + index, TCP_FLAG.SYN),
      ];
      const { sent, errno, answered } = run.flood({ count: 100, packetsFrom, sources: { first, count: 1 } });
      return [sent, errno, answered, run.receive()];
    };
    expect(await on(new FakeHost(), link, flood)).toEqual(await on(kernel(), link, flood));
  });
});
