import { describe, expect, it } from 'vitest';
import { ConnectionBook } from '../../src/match/connections';
import { Repetitions } from '../../src/report/repetitions';
import type { SegmentPattern } from '../../src/wire/pattern';
import { connection, fromKernel, seg, toKernel } from '../support/builders';

type Sent = readonly ['in' | 'out', SegmentPattern, number?];

/** Which repetition each packet is, numbers as on the wire. */
function numbers(packets: readonly Sent[]): readonly number[] {
  const connections = [connection(0), connection(1)];
  const book = new ConnectionBook(connections);
  packets.forEach(([direction, packet, index = 0], atNs) => {
    if (direction === 'in') book.injected(index, toKernel(packet, connections[index]), atNs, 0);
    else book.arrived(fromKernel(packet, connections[index]), atNs);
  });
  const repetitions = new Repetitions();
  return book.crossed.map((packet) => repetitions.number(packet));
}

const data = (seq: number, length: number) => seg('P.', { seq, length, ack: 1 });

describe('a segment is a repetition', () => {
  it('when one has begun at its number before, and is counted', () => {
    expect(
      numbers([
        ['out', data(100, 10)],
        ['out', data(100, 10)],
        ['out', data(100, 10)],
      ]),
    ).toEqual([0, 1, 2]);
  });

  it('of a SYN+ACK, and of a FIN', () => {
    const [answer, fin] = [seg('S.', { seq: 99, ack: 1 }), seg('F.', { seq: 100, ack: 1 })];
    expect(
      numbers([
        ['out', answer],
        ['out', answer],
        ['out', fin],
        ['out', fin],
      ]),
    ).toEqual([0, 1, 0, 1]);
  });

  it('when the kernel sends other pieces of what it has sent', () => {
    expect(
      numbers([
        ['out', data(100, 30)],
        ['out', data(110, 10)],
        ['out', data(110, 10)],
      ]),
    ).toEqual([0, 1, 2]);
  });

  it('not when the harness fills a hole that it has left', () => {
    expect(
      numbers([
        ['in', data(110, 10)],
        ['in', data(100, 10)],
        ['in', data(110, 10)],
      ]),
    ).toEqual([0, 0, 1]);
  });

  it('not when it takes no sequence space: acknowledgments look alike', () => {
    const ack = seg('.', { seq: 100, ack: 1 });
    expect(
      numbers([
        ['out', data(90, 10)],
        ['out', ack],
        ['out', ack],
        ['out', ack],
      ]),
    ).toEqual([0, 0, 0, 0]);
  });

  it('on its own connection and in its own direction only', () => {
    expect(
      numbers([
        ['out', data(100, 10)],
        ['out', data(100, 10), 1],
        ['in', data(100, 10)],
      ]),
    ).toEqual([0, 0, 0]);
  });

  it('across the wrap of sequence numbers', () => {
    const packets = [data(0xffff_fffa, 10), data(4, 10), data(0xffff_fffa, 10), data(4, 10)];
    expect(numbers(packets.map((packet) => ['out', packet] as const))).toEqual([0, 0, 1, 1]);
  });

  it('not in a new life of the connection, whose SYN has another number', () => {
    const [first, second] = [seg('S.', { seq: 500, ack: 1 }), seg('S.', { seq: 90, ack: 1 })];
    const packets: readonly Sent[] = [
      ['in', seg('S', { seq: 0 })],
      ['out', first],
      ['in', data(1, 10)],
      ['out', data(501, 10)],
      ['out', second],
      ['in', data(1, 10)],
      ['out', data(91, 10)],
    ];
    expect(numbers(packets)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });
});
