import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headersOf } from '../../../src/report/html/fields';
import { craftPacket } from '../../../src/wire/craft';
import { craftContext, segmentPattern } from '../../wire/arbitraries';
import { dissect } from '../../wire/tshark';

const ENDS = { sourceAddress: '192.0.2.1', targetAddress: '192.168.0.1', sourcePort: 40_001, targetPort: 8080 };
const CONTEXT = { version: 4, seq: 7000, ack: 9000, ...ENDS } as const;
const SYN = {
  kind: 'tcp',
  flags: 0x002,
  options: { list: [{ kind: 'mss', value: 1460 }], open: false },
} as const;

function field(bytes: Uint8Array, header: string, name: string): string {
  const fields = headersOf(bytes).find((one) => one.name === header)?.fields ?? [];
  return fields.find(([key]) => key === name)?.[1] ?? 'absent';
}

describe('the headers of a packet', () => {
  it('say what tshark says, for any segment that can be crafted', () => {
    const cases = fc.sample(fc.tuple(segmentPattern, craftContext), { numRuns: 60, seed: 6 });
    const packets = cases.map(([pattern, context]) => craftPacket(pattern, context));
    const asked = [
      'tcp.srcport',
      'tcp.dstport',
      'tcp.seq_raw',
      'tcp.window_size_value',
      'tcp.checksum.status',
      'tcp.len',
    ];
    dissect(packets, asked).forEach((dissection, index) => {
      const bytes = packets[index] ?? new Uint8Array();
      const last = (name: string): string => String(Number(dissection[name]?.at(-1)));
      const shown = (name: string): string => field(bytes, 'TCP', name).split(' ')[0] ?? '';
      // A header that lies about its length is no segment to one of the two.
      if (dissection['tcp.srcport'] === undefined || field(bytes, 'TCP', 'flags') === 'absent') return;
      expect(shown('source port')).toBe(last('tcp.srcport'));
      expect(shown('destination port')).toBe(last('tcp.dstport'));
      expect(shown('sequence number')).toBe(last('tcp.seq_raw'));
      expect(shown('window')).toBe(last('tcp.window_size_value'));
      const status = dissection['tcp.checksum.status']?.at(-1);
      if (status === '0' || status === '1')
        expect(field(bytes, 'TCP', 'checksum')).toContain(status === '1' ? 'right' : 'WRONG');
    });
  });

  it('name the flags and the options', () => {
    const bytes = craftPacket(SYN, CONTEXT);
    expect(field(bytes, 'TCP', 'flags')).toBe('SYN (S)');
    expect(field(bytes, 'TCP', 'option')).toBe('mss 1460');
    expect(field(bytes, 'TCP', 'sequence number')).toBe('7000 (takes 1)');
    expect(field(bytes, 'IPv4', 'source')).toBe('192.0.2.1');
  });

  it('say that a checksum is wrong', () => {
    const bytes = craftPacket(SYN, CONTEXT);
    const last = bytes.length - 1;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    expect(field(bytes, 'TCP', 'checksum')).toContain('WRONG');
  });

  it('can be had of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = JSON.stringify(headersOf(bytes));
        expect(text).not.toMatch(/undefined|NaN|object Object/);
      }),
    );
  });
});
