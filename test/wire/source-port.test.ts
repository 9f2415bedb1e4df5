import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { craftPacket } from '../../src/wire/craft';
import { PortedSegment } from '../../src/wire/source-port';
import { seg } from '../support/builders';

const ENDS = {
  4: { version: 4, sourceAddress: '192.0.2.2', targetAddress: '192.168.0.1' },
  6: { version: 6, sourceAddress: 'fd3d:fa7b:d17d::2', targetAddress: 'fd3d:a0b:17d6::1' },
} as const;

it('the segment is the one that would have been made with the other port', () => {
  const port = fc.integer({ min: 0, max: 65_535 });
  fc.assert(
    fc.property(fc.constantFrom(4, 6), port, port, fc.nat(0xffff_ffff), (version, before, after, seq) => {
      const make = (sourcePort: number): Uint8Array =>
        craftPacket(seg('S', { seq }), { ...ENDS[version], sourcePort, targetPort: 8080, seq: 0, ack: 0 });
      const segment = new PortedSegment(make(before));
      segment.setSourcePort(after);
      expect(segment.bytes).toEqual(make(after));
    }),
  );
});
