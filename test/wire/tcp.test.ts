import { expect, it } from 'vitest';
import { decodeTcp, encodeTcp } from '../../src/wire/tcp';
import { TCP_FLAG } from '../../src/wire/wire';
import { bytes } from './captured';

it('reads every field', () => {
  const raw = bytes('0102 0304 05060708 090a0b0c 6fff 0d0e 0f10 1112 020405b4 68690a');
  const segment = decodeTcp(raw);
  expect(segment).toEqual({
    kind: 'tcp',
    sourcePort: 0x0102,
    targetPort: 0x0304,
    seq: 0x05060708,
    ack: 0x090a0b0c,
    dataOffset: 6,
    flags: 0xfff,
    window: 0x0d0e,
    checksum: 0x0f10,
    urgentPointer: 0x1112,
    options: [{ kind: 'mss', value: 1460 }],
    payload: bytes('68690a'),
  });
  expect(segment && encodeTcp(segment)).toEqual(raw);
});

it.each([
  ['5001', TCP_FLAG.FIN],
  ['5002', TCP_FLAG.SYN],
  ['5004', TCP_FLAG.RST],
  ['5008', TCP_FLAG.PSH],
  ['5010', TCP_FLAG.ACK],
  ['5020', TCP_FLAG.URG],
  ['5040', TCP_FLAG.ECE],
  ['5080', TCP_FLAG.CWR],
  ['5100', TCP_FLAG.AE],
  ['5e00', TCP_FLAG.RESERVED],
])('%s in bytes 12 and 13 is flag %i', (hex, flag) => {
  expect(decodeTcp(bytes(`${'00'.repeat(12)}${hex}${'00'.repeat(6)}`))?.flags).toBe(flag);
});

it('needs 20 bytes', () => {
  expect(decodeTcp(new Uint8Array(19))).toBeUndefined();
  expect(decodeTcp(new Uint8Array(20))).toBeDefined();
});
