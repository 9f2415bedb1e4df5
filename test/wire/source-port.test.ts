import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { craftPacket } from '../../src/wire/craft';
import { PortedSegments } from '../../src/wire/source-port';
import { seg } from '../support/builders';

const ENDS = {
  4: { version: 4, sourceAddress: '192.0.2.2', targetAddress: '192.168.0.1' },
  6: { version: 6, sourceAddress: 'fd3d:fa7b:d17d::2', targetAddress: 'fd3d:a0b:17d6::1' },
} as const;
const COUNT = 3;

it('the segments are those that would have been made with these ports', () => {
  const port = fc.integer({ min: 0, max: 65_536 - COUNT });
  const payload = fc.nat(7);
  fc.assert(
    fc.property(
      fc.constantFrom(4, 6),
      port,
      port,
      fc.nat(0xffff_ffff),
      payload,
      (version, before, after, seq, length) => {
        const make = (sourcePort: number): Uint8Array =>
          craftPacket(seg('S', { seq, length }), { ...ENDS[version], sourcePort, targetPort: 8080, seq: 0, ack: 0 });
        const block = new PortedSegments(make(before), COUNT);
        for (const first of [after, before]) {
          block.setSourcePorts(first);
          expect(block.segments).toEqual([make(first), make(first + 1), make(first + 2)]);
        }
      },
    ),
  );
});
