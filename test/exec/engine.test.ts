import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/base/hex';
import { Engine } from '../../src/exec/engine';
import type { TimelineAction } from '../../src/timeline/timeline';
import {
  after,
  at,
  callOf,
  calls,
  came,
  connection,
  field,
  inject,
  integer,
  MS,
  opts,
  S,
  samples,
  seg,
  sent,
  silence,
  socketNamed,
  step,
  tick,
  timelineOf,
  wait,
  within,
} from '../support/builders';

const SYN = seg('S', { seq: 0, window: 64_240 });
const ISN = 0x0a0b0c0d;
const SYN_ACK = seg('S.', { seq: ISN, ack: 1 });

/** Bytes 20 to 39 of an IPv4 packet: the TCP header. */
function tcpHeader(bytes: Uint8Array): string {
  return toHex(bytes.subarray(20, 40));
}

function bytesOf(engine: Engine, nowNs = 0): Uint8Array {
  const action = engine.next(nowNs);
  if (action.kind !== 'send') throw new Error(`the engine wants to ${action.kind}`);
  return action.bytes;
}

describe('what is sent', () => {
  it('a SYN, to the byte', () => {
    const bytes = bytesOf(new Engine(timelineOf([inject(SYN)])));
    // version 4, 20 bytes of header, 40 in all, TTL 255, TCP; 192.0.2.1 to 192.168.0.1
    expect(toHex(bytes.subarray(0, 10))).toBe('4500002800000000ff06');
    expect(toHex(bytes.subarray(12, 20))).toBe('c0000201c0a80001');
    // ports 40001 and 8080, seq 0, ack 0, 5 words, SYN, window 64240
    expect(tcpHeader(bytes).slice(0, 32)).toBe('9c411f90' + '00000000' + '00000000' + '5002faf0');
  });

  it('an ACK in live numbers', () => {
    const engine = new Engine(
      timelineOf([inject(seg('S', { seq: 1000 })), inject(seg('.', { seq: 1, ack: 1, window: 500 }))]),
    );
    engine.observe(sent(0, 0, seg('S', { seq: 1000 })));
    engine.observe(came(5, SYN_ACK));
    expect(tcpHeader(bytesOf(engine)).slice(0, 32)).toBe('9c411f90' + '000003e9' + '0a0b0c0e' + '501001f4');
  });

  it("an ICMP error that quotes the kernel's segment in live numbers", () => {
    const icmp: TimelineAction = {
      kind: 'inject',
      packet: { kind: 'icmp', type: 3, code: 1, quoted: { kind: 'tcp', seq: 1, length: 0 } },
    };
    const engine = new Engine(timelineOf([inject(SYN), step(icmp)]));
    engine.observe(sent(0, 0, SYN));
    engine.observe(came(5, SYN_ACK));
    const bytes = bytesOf(engine);
    // Behind 20 bytes of IP and 8 of ICMP: the header of the kernel's packet, then its ports and its sequence number.
    expect(toHex(bytes.subarray(28 + 12, 28 + 20))).toBe('c0a80001c0000201');
    expect(toHex(bytes.subarray(28 + 20, 28 + 28))).toBe('1f909c41' + '0a0b0c0e');
  });

  it('to a kernel that connects goes to the port that it chose', () => {
    const active = connection(0, { role: 'active', localPort: undefined, remotePort: 8080 });
    const engine = new Engine(
      timelineOf([wait(after(MS)), inject(seg('S.', { seq: 0, ack: 1 }))], { connections: [active] }),
    );
    engine.observe(came(5, seg('S', { seq: ISN }), { ...active, localPort: 51_234 }));
    engine.observe(tick(MS));
    expect(tcpHeader(bytesOf(engine)).slice(0, 24)).toBe('1f90c822' + '00000000' + '0a0b0c0e');
  });

  it('is nothing when an echo is not known', () => {
    const engine = new Engine(timelineOf([inject(seg('.', { options: opts({ kind: 'timestamp', val: 1, ecr: 9 }) }))]));
    expect(engine.next(0)).toEqual({
      kind: 'unsendable',
      step: 0,
      reason: expect.stringContaining('TS val 9') as string,
    });
  });
});

describe('what is next', () => {
  it('an action carries its planned time, even when that is past', () => {
    const engine = new Engine(timelineOf([inject(SYN, { when: at(S) })]));
    expect(engine.next(S)).toMatchObject({ kind: 'send', plannedNs: S });
    expect(engine.next(9 * S)).toMatchObject({ kind: 'send', plannedNs: S });
  });

  it('an action that is far off is waited for, so that frames are heard until shortly before it', () => {
    const engine = new Engine(timelineOf([inject(SYN, { when: at(S) })]));
    expect(engine.next(0)).toEqual({ kind: 'wait', untilNs: S - MS / 2 });
    expect(engine.next(S - MS)).toMatchObject({ kind: 'send', plannedNs: S });
  });

  it('waiting becomes a tick when the time has come, not before', () => {
    const engine = new Engine(timelineOf([silence(S)]));
    expect(engine.next(0)).toEqual({ kind: 'wait', untilNs: S });
    expect(engine.next(S - 1)).toEqual({ kind: 'wait', untilNs: S });
    expect(engine.next(S)).toEqual({ kind: 'tick' });
    engine.observe(tick(S));
    expect(engine.next(S)).toEqual({ kind: 'done' });
  });

  it('a call knows its connection and whether it blocks', () => {
    const call = callOf('close', [socketNamed('app'), integer(1)], 0);
    const engine = new Engine(timelineOf([calls(call, { returns: within(S), connection: 0 })]));
    expect(engine.next(0)).toEqual({
      kind: 'call',
      step: 0,
      plannedNs: 0,
      call,
      returns: within(S),
      connection: connection(0),
    });
  });

  it('samples and marks', () => {
    const sample = { kind: 'queue', fields: [field('accept', 1)] } as const;
    expect(new Engine(timelineOf([samples(sample)])).next(0)).toEqual({
      kind: 'sample',
      step: 0,
      plannedNs: 0,
      sample,
    });
    expect(new Engine(timelineOf([step({ kind: 'mark', name: 'm' })])).next(0)).toEqual({
      kind: 'mark',
      step: 0,
      plannedNs: 0,
    });
  });

  it('asking twice changes nothing', () => {
    const engine = new Engine(timelineOf([inject(SYN), silence(S)]));
    expect(engine.next(0)).toEqual(engine.next(0));
  });
});
