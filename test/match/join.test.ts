import { describe, expect, it } from 'vitest';
import { joinSegments, payloadLength } from '../../src/match/join';
import { ConnectionBook, type SeenPacket } from '../../src/match/connections';
import type { SegmentPattern } from '../../src/wire/pattern';
import { tcpOf } from '../../src/wire/segment';
import { connection, flagBits, fromKernel, MS, seg } from '../support/builders';

/** Segments as they come, a millisecond apart. */
function inboxOf(...segments: readonly SegmentPattern[]): readonly SeenPacket[] {
  const book = new ConnectionBook([connection()]);
  segments.forEach((segment, index) => book.arrived(fromKernel(segment), index * MS));
  return book.inbox(0);
}

const piece = (seq: number, length: number, fields: Partial<SegmentPattern> = {}, flags = '.'): SegmentPattern =>
  seg(flags, { seq, length, ack: 1, window: 100, ...fields });

describe('segments that follow each other', () => {
  it('are one, with PSH, FIN and the time of the last, sequence number and CWR of the first', () => {
    const inbox = inboxOf(piece(1, 1000, {}, 'W.'), piece(1001, 1000), piece(2001, 500, {}, 'FP.'));
    const joined = joinSegments(inbox, 2500);
    expect(joined).toMatchObject({ kind: 'whole', packet: { atNs: 2 * MS }, parts: [{}, {}, {}] });
    if (joined.kind !== 'whole') return;
    expect(payloadLength(joined.packet)).toBe(2500);
    expect(tcpOf(joined.packet.script)).toMatchObject({ seq: 1, flags: flagBits('FPW.') });
  });

  it('are not taken further than the length', () => {
    expect(joinSegments(inboxOf(piece(1, 1000), piece(1001, 1000)), 1000)).toMatchObject({
      kind: 'whole',
      parts: [{}],
    });
    expect(joinSegments(inboxOf(piece(1, 1500), piece(1501, 10)), 1000)).toMatchObject({ kind: 'whole', parts: [{}] });
  });

  it('are waited for while bytes are missing', () => {
    expect(joinSegments(inboxOf(piece(1, 1000)), 2000)).toEqual({ kind: 'incomplete' });
  });
});

describe('segments that do not follow each other', () => {
  it.each<[field: string, next: SegmentPattern]>([
    ['seq', piece(1002, 1000)],
    ['ack', piece(1001, 1000, { ack: 2 })],
    ['win', piece(1001, 1000, { window: 101 })],
    ['flags', piece(1001, 1000, {}, 'E.')],
    ['length', piece(1001, 999)],
    ['data offset', piece(1001, 1000, { options: { list: [{ kind: 'mss', value: 5 }], open: false } })],
  ])('differ in %s', (field, next) => {
    expect(joinSegments(inboxOf(piece(1, 1000), next), 3000)).toMatchObject({
      kind: 'misfit',
      mismatches: [{ field }],
    });
  });
});
