import { describe, expect, it } from 'vitest';
import { type EventFormat } from '../../../../src/host/linux/events/format';
import { OwnEvents } from '../../../../src/host/linux/events/own-events';
import { type RawEvent, type Tracepoint } from '../../../../src/host/linux/events/tracepoints';

const OWN = 100;
const FOREIGN = 200;
const SOFTIRQ = 0x10;

/** Every field of these events, in one layout. */
const SIZES = {
  common_type: 2,
  common_flags: 1,
  common_preempt_count: 1,
  common_pid: 4,
  skbaddr: 8,
  location: 8,
  skaddr: 8,
  oldstate: 4,
  newstate: 4,
  reason: 4,
  len: 4,
  sport: 2,
  dport: 2,
} as const;

function formatOf(): EventFormat {
  const fields = new Map<string, { offset: number; size: number }>();
  let offset = 0;
  for (const [name, size] of Object.entries(SIZES)) {
    fields.set(name, { offset, size });
    offset += size;
  }
  return { id: 1, fields, reasons: new Map([[7, 'TCP_LISTEN_OVERFLOW']]) };
}

const FORMAT = formatOf();

function event(tracepoint: Tracepoint, atNs: number, values: Partial<Record<keyof typeof SIZES, number>>): RawEvent {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  for (const [name, value] of Object.entries({ common_pid: OWN, ...values })) {
    const { offset, size } = FORMAT.fields.get(name) ?? { offset: 0, size: 0 };
    if (size === 1) view.setUint8(offset, value);
    else if (size === 2) view.setUint16(offset, value, true);
    else if (size === 4) view.setInt32(offset, value, true);
    else view.setBigUint64(offset, BigInt(value), true);
  }
  return { tracepoint, format: FORMAT, atNs, bytes };
}

function ownEvents(): OwnEvents {
  return new OwnEvents({
    owns: (thread) => thread === OWN,
    functionAt: (address) => (address === 0xabc ? 'tcp_v4_rcv' : undefined),
  });
}

describe('packets', () => {
  it('ties a drop to the injection whose packet it is, by its address', () => {
    const own = ownEvents();
    own.injected({ startedNs: 1000, bytes: 40 });
    own.injected({ startedNs: 2000, bytes: 44 });
    const taken = own.take([
      event('net/netif_receive_skb', 1010, { skbaddr: 1, len: 40 }),
      event('net/netif_receive_skb', 2010, { skbaddr: 2, len: 44 }),
      event('skb/kfree_skb', 2020, { skbaddr: 2, location: 0xabc, reason: 7 }),
    ]);
    expect(taken).toEqual([
      { kind: 'drop', atNs: 2020, reason: 'TCP_LISTEN_OVERFLOW', function: 'tcp_v4_rcv', injectedNs: 2000 },
    ]);
  });

  it('ties it also when it happens later, in an interrupt of somebody else', () => {
    const own = ownEvents();
    own.injected({ startedNs: 1000, bytes: 40 });
    expect(own.take([event('net/netif_receive_skb', 1010, { skbaddr: 1, len: 40 })])).toEqual([]);
    const drop = event('skb/kfree_skb', 9000, { skbaddr: 1, common_pid: FOREIGN, common_flags: SOFTIRQ });
    expect(own.take([drop])).toMatchObject([{ kind: 'drop', injectedNs: 1000 }]);
  });

  it('knows of a packet that the kernel is done with, once', () => {
    const own = ownEvents();
    own.injected({ startedNs: 1000, bytes: 40 });
    const taken = own.take([
      event('net/netif_receive_skb', 1010, { skbaddr: 1, len: 40 }),
      event('skb/consume_skb', 1020, { skbaddr: 1 }),
      event('skb/consume_skb', 1030, { skbaddr: 1 }),
      event('skb/consume_skb', 1040, { skbaddr: 5 }),
    ]);
    expect(taken).toEqual([{ kind: 'consumed', atNs: 1020, injectedNs: 1000 }]);
  });

  it('does not take a packet of another length for an injected one', () => {
    const own = ownEvents();
    own.injected({ startedNs: 1000, bytes: 40 });
    const taken = own.take([
      event('net/netif_receive_skb', 1010, { skbaddr: 1, len: 72 }),
      event('net/netif_receive_skb', 1020, { skbaddr: 2, len: 40 }),
      event('skb/kfree_skb', 1030, { skbaddr: 2 }),
    ]);
    expect(taken).toMatchObject([{ injectedNs: 1000 }]);
  });

  it("tells a drop of the kernel's own packet, unless an interrupt may have brought a stranger's", () => {
    const own = ownEvents();
    const taken = own.take([
      event('skb/kfree_skb', 1, { skbaddr: 1, reason: 7 }),
      event('skb/kfree_skb', 2, { skbaddr: 1, common_flags: SOFTIRQ }),
      event('skb/kfree_skb', 3, { skbaddr: 1, common_pid: FOREIGN }),
    ]);
    expect(taken).toEqual([{ kind: 'drop', atNs: 1, reason: 'TCP_LISTEN_OVERFLOW' }]);
  });
});

describe('sockets', () => {
  const state = (atNs: number, from: number, to: number, more: Partial<Record<keyof typeof SIZES, number>> = {}) =>
    event('sock/inet_sock_set_state', atNs, { skaddr: 77, oldstate: from, newstate: to, sport: 8080, ...more });

  it('belong to the run once one of its threads has touched them', () => {
    const own = ownEvents();
    const taken = own.take([
      state(1, 1, 4, { common_pid: FOREIGN }),
      state(2, 7, 2),
      state(3, 2, 7, { common_pid: FOREIGN, common_flags: SOFTIRQ }),
      state(4, 7, 2, { common_pid: FOREIGN }),
    ]);
    expect(taken).toMatchObject([
      { kind: 'state', atNs: 2, socket: 0, from: 'CLOSE', to: 'SYN_SENT' },
      { kind: 'state', atNs: 3, socket: 0, from: 'SYN_SENT', to: 'CLOSE' },
    ]);
  });

  it("of strangers stay theirs, also when a timer of theirs interrupts the run's thread", () => {
    expect(ownEvents().take([state(1, 5, 7, { common_flags: SOFTIRQ })])).toEqual([]);
  });

  it('are born in the softirq that a segment arrives in', () => {
    expect(ownEvents().take([state(1, 3, 1, { common_flags: SOFTIRQ })])).toMatchObject([{ from: 'SYN_RECV' }]);
  });

  it('have numbers of their own, the next life of an address too', () => {
    const own = ownEvents();
    const taken = own.take([state(1, 7, 2), state(2, 2, 7), state(3, 7, 10), state(4, 3, 1, { skaddr: 78 })]);
    expect(taken.map((one) => (one.kind === 'state' ? one.socket : undefined))).toEqual([0, 0, 1, 2]);
  });
});

describe('resets', () => {
  it('need no socket, and are tied to the segment that they answer', () => {
    const own = ownEvents();
    own.injected({ startedNs: 1000, bytes: 40 });
    const taken = own.take([
      event('net/netif_receive_skb', 1010, { skbaddr: 1, len: 40 }),
      event('tcp/tcp_send_reset', 1020, { skbaddr: 1 }),
      event('tcp/tcp_send_reset', 1030, { skbaddr: 9, common_pid: FOREIGN }),
      event('skb/kfree_skb', 1040, { skbaddr: 1 }),
    ]);
    expect(taken).toMatchObject([
      { kind: 'reset', by: 'kernel', injectedNs: 1000 },
      { kind: 'drop', injectedNs: 1000 },
    ]);
  });

  it('of the peer have no reason', () => {
    const taken = ownEvents().take([event('tcp/tcp_receive_reset', 1, { skaddr: 77, reason: 7 })]);
    expect(taken).toEqual([
      {
        kind: 'reset',
        atNs: 1,
        by: 'peer',
        socket: 0,
        flow: { localAddress: '', localPort: 0, remoteAddress: '', remotePort: 0 },
      },
    ]);
  });
});
