import { describe, expect, it } from 'vitest';
import { Farewell } from '../../../../src/host/linux/target/farewell';
import { craftPacket } from '../../../../src/wire/craft';
import { decodePacket } from '../../../../src/wire/packet';
import { tcpOf } from '../../../../src/wire/segment';
import { flagBits, seg } from '../../../support/builders';

const HERE = '203.0.113.1';
const THERE = '203.0.113.7';

function ours(letters: string, port: number, fields: Parameters<typeof seg>[1] = {}): Uint8Array {
  const ends = { sourceAddress: HERE, targetAddress: THERE, sourcePort: port, targetPort: 80 };
  return craftPacket(seg(letters, fields), { version: 4, ...ends, seq: 0, ack: 0 });
}

function theirs(letters: string, port: number, fields: Parameters<typeof seg>[1] = {}): Uint8Array {
  const ends = { sourceAddress: THERE, targetAddress: HERE, sourcePort: 80, targetPort: port };
  return craftPacket(seg(letters, fields), { version: 4, ...ends, seq: 0, ack: 0 });
}

describe('the farewell to a target', () => {
  it('is a RST for each connection, in its numbers (RFC 9293 section 3.10.7.4: exactly RCV.NXT)', () => {
    const farewell = new Farewell();
    farewell.note({ direction: 'in', bytes: ours('S', 20_001, { seq: 100, length: 0 }) });
    farewell.note({ direction: 'out', bytes: theirs('S.', 20_001, { seq: 900, length: 0, ack: 101 }) });
    farewell.note({ direction: 'in', bytes: ours('P.', 20_001, { seq: 101, length: 10, ack: 901 }) });
    // This one has answered a SYN, and nobody has answered it.
    farewell.note({ direction: 'in', bytes: ours('S', 20_002, { seq: 500, length: 0 }) });
    farewell.note({ direction: 'out', bytes: theirs('S.', 20_002, { seq: 700, length: 0, ack: 501 }) });
    const said = farewell.packets().map((bytes) => ({ bytes, segment: tcpOf(decodePacket(bytes)) }));
    expect(said.map(({ segment }) => segment)).toMatchObject([
      { sourcePort: 20_001, targetPort: 80, flags: flagBits('R.'), seq: 111, ack: 901 },
      // The data has not been acknowledged yet: if it was lost, this is the number.
      { sourcePort: 20_001, targetPort: 80, flags: flagBits('R.'), seq: 101 },
      { sourcePort: 20_002, targetPort: 80, flags: flagBits('R.'), seq: 501 },
    ]);
    expect(said.map(({ bytes }) => decodePacket(bytes))).toMatchObject([
      { header: { source: HERE, target: THERE } },
      { header: { source: HERE, target: THERE } },
      { header: { source: HERE, target: THERE } },
    ]);
  });

  it('has two numbers for a connection whose last segment was out of the order', () => {
    const farewell = new Farewell();
    farewell.note({ direction: 'in', bytes: ours('S', 20_001, { seq: 100, length: 0 }) });
    farewell.note({ direction: 'out', bytes: theirs('S.', 20_001, { seq: 900, length: 0, ack: 101 }) });
    farewell.note({ direction: 'in', bytes: ours('P.', 20_001, { seq: 5_000, length: 10, ack: 901 }) });
    farewell.note({ direction: 'out', bytes: theirs('.', 20_001, { seq: 901, length: 0, ack: 101 }) });
    const numbers = farewell.packets().map((bytes) => tcpOf(decodePacket(bytes))?.seq);
    expect(numbers).toEqual([5_010, 101]);
  });

  it('tells of each connection once', () => {
    const told: unknown[] = [];
    const farewell = new Farewell((ports) => told.push(ports));
    farewell.note({ direction: 'in', bytes: ours('S', 20_001, { seq: 100, length: 0 }) });
    farewell.note({ direction: 'out', bytes: theirs('S.', 20_001, { seq: 900, length: 0, ack: 101 }) });
    // The target opens this one.
    farewell.note({ direction: 'out', bytes: theirs('S', 20_002, { seq: 700, length: 0 }) });
    expect(told).toEqual([
      { harnessPort: 20_001, targetPort: 80 },
      { harnessPort: 20_002, targetPort: 80 },
    ]);
  });

  it('is nothing when nothing was said', () => {
    expect(new Farewell().packets()).toEqual([]);
  });
});
