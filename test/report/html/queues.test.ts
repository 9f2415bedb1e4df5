import { describe, expect, it } from 'vitest';
import { queueViews } from '../../../src/report/html/queues';
import type { SocketEntry } from '../../../src/trace/trace';
import { field, inject, MS, samples, seg, socketEntry, timelineOf, traceOf } from '../../support/builders';

const LISTENER = socketEntry({ state: 'LISTEN', receiveQueue: 2, sendQueue: 5, localPort: 8080 });
const REQUEST = socketEntry({ state: 'SYN_RECV', localPort: 8080, remotePort: 40_001 });
const QUEUE = samples({ kind: 'queue', fields: [field('accept', 2)] });

function views(sockets: readonly SocketEntry[], sysctls: readonly (readonly [string, string])[] = []) {
  const place = { line: 1, column: 1, text: '' };
  const timeline = timelineOf([inject(seg('S')), QUEUE], {
    sysctls: sysctls.map(([name, value]) => ({ name, value, place })),
  });
  const sampled = { kind: 'sampled', step: 1, plannedNs: 0, startedNs: 0, atNs: 5 * MS, sample: { sockets } } as const;
  return queueViews(traceOf(timeline, [sampled]));
}

describe('queues over time', () => {
  it('are those of the listener, as ss shows them: Recv-Q, Send-Q, and the requests of its port', () => {
    const elsewhere = socketEntry({ state: 'SYN_RECV', localPort: 9090 });
    const [view] = views([LISTENER, REQUEST, REQUEST, elsewhere]);
    expect(view?.points).toEqual([{ atNs: 5 * MS, line: 11, accept: 2, syn: 2, limit: 5 }]);
    expect(view?.listener).toBe(`${LISTENER.localAddress}:8080`);
  });

  it('are told apart by their listeners', () => {
    const six = socketEntry({ state: 'LISTEN', localAddress: '::', localPort: 9090 });
    expect(views([LISTENER, six]).map(({ listener }) => listener)).toEqual([
      `${LISTENER.localAddress}:8080`,
      '[::]:9090',
    ]);
  });

  it('know the other bound of the SYN queue, where the spec sets it', () => {
    const sysctl = ['net.ipv4.tcp_max_syn_backlog', '8'] as const;
    expect(views([LISTENER], [sysctl])[0]?.synBounds).toEqual([{ name: 'net.ipv4.tcp_max_syn_backlog', value: 8 }]);
  });

  it('are not there when nobody looked, or nobody listens', () => {
    expect(views([REQUEST])).toEqual([]);
    expect(queueViews(traceOf(timelineOf([QUEUE]), []))).toEqual([]);
  });
});

it('the looks of the harness stand among those of steps', () => {
  const listener = { localAddress: '0.0.0.0', localPort: 8080, acceptQueue: 1, synQueue: 0, limit: 5 };
  const watched = { kind: 'watched', atNs: 7 * MS, listeners: [listener] } as const;
  const [view] = queueViews(traceOf(timelineOf([QUEUE]), [watched]));
  expect(view).toMatchObject({ listener: '0.0.0.0:8080', points: [{ atNs: 7 * MS, accept: 1, syn: 0, limit: 5 }] });
  expect(view?.points[0]).not.toHaveProperty('line');
});
