import { expect, it } from 'vitest';
import { toHex } from '../../src/base/hex';
import { craftIp } from '../../src/wire/ip-header';
import { bytes } from './captured';

// Worked out by hand from RFC 791 section 3.1 and RFC 8200 section 3.
it('IPv4: lengths and checksum are filled in', () => {
  const ends = { version: 4, sourceAddress: '0.0.0.1', targetAddress: '0.0.0.2' } as const;
  const sum = 0x4500 + 0x0016 + 0x4000 + 0x0311 + 1 + 2;
  const checksum = (~sum & 0xffff).toString(16);
  expect(toHex(craftIp(bytes('abcd'), 17, { ttl: 3, dontFragment: true }, ends))).toBe(
    `45000016${'00004000'}0311${checksum}${'00000001'}${'00000002'}abcd`,
  );
});

it('IPv6: the payload length counts what is behind the header', () => {
  const ends = { version: 6, sourceAddress: '::1', targetAddress: '::2' } as const;
  const raw = toHex(craftIp(bytes('abcd'), 17, { tos: 0x1c, flowLabel: 0xabcde }, ends));
  expect(raw.slice(0, 16)).toBe('61cabcde' + '000211ff');
  expect(raw.slice(-4)).toBe('abcd');
});
