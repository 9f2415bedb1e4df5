import { describe, expect, it } from 'vitest';
import { encapsulate } from '../../src/wire/encapsulate';
import { innermost, outerLayers, trafficClassOf, withTransport } from '../../src/wire/layers';
import { decodePacket } from '../../src/wire/packet';
import { tcpOf } from '../../src/wire/segment';
import { bytes, SYN4, SYN6, UDP4 } from './captured';

const LABEL = { label: 16, trafficClass: 0, bottom: true, ttl: 1 };
const NESTED = decodePacket(
  encapsulate(SYN4, 4, [{ kind: 'ipv6' }, { kind: 'gre', flags: 0 }, { kind: 'mpls', labels: [LABEL] }]),
);
const OPAQUE = decodePacket(bytes('00'));
/** GRE with an EtherType that is no IP. */
const BRIDGED = decodePacket(bytes('4500001a 00000000 402f0000 c6336401 c6336402 00006558 abcd'));

describe('the innermost packet', () => {
  it('of one that is not encapsulated is itself', () => {
    const packet = decodePacket(UDP4);
    expect(innermost(packet)).toBe(packet);
    expect(outerLayers(packet)).toEqual([]);
  });

  it('of one that is', () => {
    expect(innermost(NESTED)).toEqual(decodePacket(SYN4));
    expect(outerLayers(NESTED).map(({ kind }) => kind)).toEqual(['ipv6', 'gre', 'mpls']);
  });

  it('is missing where there is no IP', () => {
    expect(innermost(OPAQUE)).toBeUndefined();
    expect(innermost(BRIDGED)).toBeUndefined();
    expect(outerLayers(BRIDGED).map(({ kind }) => kind)).toEqual(['ipv4', 'gre']);
  });
});

describe('another transport', () => {
  const datagram = { kind: 'opaque', protocol: 6, bytes: bytes('abcd') } as const;

  it('takes the place of the innermost one, and nothing else changes', () => {
    const changed = withTransport(NESTED, datagram);
    expect(innermost(changed)?.payload).toBe(datagram);
    expect(outerLayers(changed).map(({ kind }) => kind)).toEqual(['ipv6', 'gre', 'mpls']);
    expect(tcpOf(NESTED)?.targetPort).toBe(8080);
  });

  it('finds no place without an innermost one', () => {
    expect(withTransport(OPAQUE, datagram)).toBe(OPAQUE);
    expect(withTransport(BRIDGED, datagram)).toEqual(BRIDGED);
  });
});

it('the byte with DSCP and ECN has two names', () => {
  const [four, six] = [innermost(decodePacket(UDP4)), innermost(decodePacket(SYN6))];
  expect(four && trafficClassOf({ ...four, kind: 'ipv4', header: { ...headerOf(UDP4), tos: 3 } })).toBe(3);
  expect(six && trafficClassOf(six)).toBe(0);
});

function headerOf(raw: Uint8Array) {
  const packet = decodePacket(raw);
  if (packet.kind !== 'ipv4') throw new Error('not IPv4');
  return packet.header;
}
