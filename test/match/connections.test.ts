import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/base/hex';
import { ConnectionBook, isStray } from '../../src/match/connections';
import { tcpOf } from '../../src/wire/segment';
import { connection, fromKernel, IPV6_NETWORK, opts, seg, toKernel } from '../support/builders';

const SERVER = '192.168.0.1';
const ACTIVE = { role: 'active', localPort: undefined, remotePort: 8080 } as const;

function bytes(hex: string): Uint8Array {
  const found = fromHex(hex);
  if (found === undefined) throw new Error(`not hex: ${hex}`);
  return found;
}

// Written by hand: IPv4 192.168.0.1 to 192.0.2.1 (checksums are not looked at), TCP port 0x1f90 = 8080 to 0x9c42 = 40002,
// sequence number 0x11223344, acknowledgment 1, data offset 5, SYN+ACK.
const SYN_ACK = bytes('45000028 00004000 40060000 c0a80001 c0000201  1f909c42 11223344 00000001 5012faf0 00000000');

describe('which connection a frame belongs to', () => {
  it('is told by the port of the harness', () => {
    const book = new ConnectionBook([connection(0), connection(1)]);
    book.arrived(SYN_ACK, 5);
    expect(book.inbox(0)).toEqual([]);
    expect(book.inbox(1)).toMatchObject([{ atNs: 5, connection: 1 }]);
    expect(book.strays).toEqual([]);
  });

  it('is told by the address of the harness', () => {
    const other = connection(1, { remotePort: 40_001, remoteAddress: '192.0.2.77' });
    const book = new ConnectionBook([connection(0), other]);
    book.arrived(fromKernel(seg('.'), other), 5);
    expect([book.inbox(0).length, book.inbox(1).length]).toEqual([0, 1]);
  });

  it('is told by the port of the kernel', () => {
    const other = connection(1, { remotePort: 40_001, localPort: 81 });
    const book = new ConnectionBook([connection(0), other]);
    book.arrived(fromKernel(seg('.'), other), 5);
    expect([book.inbox(0).length, book.inbox(1).length]).toEqual([0, 1]);
  });

  it('works over IPv6', () => {
    const six = connection(0, { localAddress: IPV6_NETWORK.localAddress, remoteAddress: IPV6_NETWORK.remoteAddress });
    const book = new ConnectionBook([six]);
    book.arrived(fromKernel(seg('S.'), six), 5);
    expect(book.inbox(0)).toHaveLength(1);
  });

  it('is none for other ports: a stray', () => {
    const book = new ConnectionBook([connection(0)]);
    book.arrived(SYN_ACK, 5);
    expect(book.strays).toHaveLength(1);
    expect(book.strays[0]?.connection).toBeUndefined();
    expect(book.crossed).toMatchObject([{ direction: 'out', connection: undefined }]);
  });

  it('is none for what is no IP packet', () => {
    const book = new ConnectionBook([connection(0)]);
    book.arrived(new Uint8Array(0), 5);
    book.arrived(bytes('ff00'), 6);
    expect(book.strays).toHaveLength(2);
  });
});

describe('the port of a kernel that opens the connection', () => {
  it('is learned from its SYN', () => {
    const book = new ConnectionBook([connection(0, ACTIVE)]);
    book.arrived(fromKernel(seg('S', { seq: 77 }), connection(0, { ...ACTIVE, localPort: 51_234 })), 5);
    expect(book.connection(0).localPort).toBe(51_234);
    expect(tcpOf(book.inbox(0)[0]?.script ?? { kind: 'opaque', bytes: new Uint8Array(0) })?.seq).toBe(0);
    book.arrived(fromKernel(seg('.', { seq: 78 }), connection(0, { ...ACTIVE, localPort: 51_234 })), 6);
    expect(book.inbox(0)).toHaveLength(2);
  });

  it('is learned from a SYN with ECN bits, and not from anything else', () => {
    const on = connection(0, { ...ACTIVE, localPort: 51_234 });
    const book = new ConnectionBook([connection(0, ACTIVE)]);
    for (const flags of ['.', 'S.', 'R.', 'F.']) book.arrived(fromKernel(seg(flags), on), 5);
    expect(book.connection(0).localPort).toBeUndefined();
    expect(book.strays).toHaveLength(4);
    book.arrived(fromKernel(seg('SEW'), on), 6);
    expect(book.connection(0).localPort).toBe(51_234);
  });

  it('goes to the connections in their order, where several go to the same place', () => {
    const book = new ConnectionBook([connection(0, ACTIVE), connection(1, ACTIVE)]);
    for (const localPort of [51_002, 51_001])
      book.arrived(fromKernel(seg('S'), connection(0, { ...ACTIVE, localPort })), 5);
    expect([book.connection(0).localPort, book.connection(1).localPort]).toEqual([51_002, 51_001]);
  });

  it('goes to the connection whose other end the SYN is for', () => {
    const far = connection(1, { ...ACTIVE, remoteAddress: '192.0.2.77' });
    const other = connection(2, { ...ACTIVE, remotePort: 81 });
    const book = new ConnectionBook([connection(0, ACTIVE), far, other]);
    book.arrived(fromKernel(seg('S'), { ...far, localPort: 51_001 }), 5);
    book.arrived(fromKernel(seg('S'), { ...other, localPort: 51_002 }), 6);
    expect([0, 1, 2].map((index) => book.connection(index).localPort)).toEqual([undefined, 51_001, 51_002]);
  });

  it('of a retransmitted SYN is known already', () => {
    const on = connection(0, { ...ACTIVE, localPort: 51_001 });
    const book = new ConnectionBook([connection(0, ACTIVE), connection(1, ACTIVE)]);
    book.arrived(fromKernel(seg('S'), on), 5);
    book.arrived(fromKernel(seg('S'), on), 6);
    expect([book.inbox(0).length, book.inbox(1).length]).toEqual([2, 0]);
  });
});

// RFC 792: an error carries the header and the first eight bytes of what caused it: ours, from 192.0.2.1.
describe('an ICMP error of the kernel', () => {
  const port = '45000028 00000000 ff060000 c0000201 c0a80001  9c421f90 00000001';
  const unreachable = (quoted: string) =>
    bytes(`45c00038 00000000 40010000 c0a80001 c0000201  03030000 00000000 ${quoted}`);

  it('belongs to the connection that it quotes', () => {
    const book = new ConnectionBook([connection(0), connection(1)]);
    book.arrived(unreachable(port), 5);
    expect([book.inbox(0).length, book.inbox(1).length, book.strays.length]).toEqual([0, 1, 0]);
  });

  it('that quotes a whole segment does, too', () => {
    const book = new ConnectionBook([connection(0), connection(1)]);
    book.arrived(unreachable(`${port} 00000000 5002ffff 00000000`), 5);
    expect(book.inbox(1)).toHaveLength(1);
  });

  it('that quotes another one, or nothing that can be read, is a stray', () => {
    const book = new ConnectionBook([connection(0), connection(1)]);
    book.arrived(unreachable('45000028 00000000 ff060000 c0000201 c0a80001  9c451f90 00000001'), 5);
    book.arrived(unreachable('45000028 00000000 ff060000 c0000201 c0a80001  9c42'), 6);
    book.arrived(unreachable(''), 7);
    expect(book.strays).toHaveLength(3);
  });
});

describe("multicast is the kernel's own housekeeping", () => {
  it.each([
    ['IGMP to 224.0.0.22', '46c00028 00004000 01020000 c0a80001 e0000016 94040000 22000000 00000000'],
    [
      'MLD to ff02::16',
      '60000000 00083aff fe800000000000000000000000000001 ff020000000000000000000000000016 8f000000 00000000',
    ],
    [
      'a router solicitation to ff02::2',
      '60000000 00083aff fe800000000000000000000000000001 ff020000000000000000000000000002 85000000 00000000',
    ],
  ])('%s', (_, hex) => {
    const book = new ConnectionBook([connection(0)]);
    book.arrived(bytes(hex), 5);
    expect(book.strays).toEqual([]);
    expect(book.crossed).toEqual([]);
  });

  it('an IPv6 address that only holds ff somewhere is none', () => {
    const book = new ConnectionBook([connection(0)]);
    book.arrived(
      bytes('60000000 00083aff fe800000000000000000000000000001 00ff0000000000000000000000000002 80000000 00000000'),
      5,
    );
    expect(book.strays).toHaveLength(1);
  });
});

describe('taking', () => {
  it('removes a packet, and moves the time of its connection', () => {
    const book = new ConnectionBook([connection(0), connection(1)]);
    book.arrived(fromKernel(seg('.'), connection(0)), 5);
    book.arrived(fromKernel(seg('P.'), connection(0)), 6);
    book.arrived(SYN_ACK, 7);
    book.arrived(fromKernel(seg('.'), connection(9)), 8);
    expect(book.untaken().map(({ atNs }) => atNs)).toEqual([5, 6, 7, 8]);
    const [, second] = book.inbox(0);
    if (second !== undefined) book.take(second, 3);
    const [stray] = book.strays;
    if (stray !== undefined) book.take(stray, 4);
    expect(book.untaken().map(({ atNs }) => atNs)).toEqual([5, 7]);
    expect(book.crossed.map(({ step }) => step)).toEqual([undefined, 3, undefined, 4]);
    expect(book.crossed.filter(isStray).map(({ atNs }) => atNs)).toEqual([5, 7]);
    expect([book.lastEventNs(0), book.lastEventNs(1)]).toEqual([6, 0]);
  });
});

describe('what crossed the link', () => {
  it('is kept in order, both ways, in script numbers', () => {
    const book = new ConnectionBook([connection(0)]);
    const syn = seg('S', { seq: 5000 });
    book.space(0).sent(syn);
    book.injected(0, toKernel(syn), 1, 0);
    book.arrived(fromKernel(seg('S.', { seq: 900, ack: 5001, options: opts({ kind: 'mss', value: 1460 }) })), 2);
    const ack = seg('.', { seq: 1, ack: 1 });
    book.space(0).sent(ack);
    book.injected(0, toKernel(seg('.', { seq: 5001, ack: 901 })), 3, 2);
    expect(
      book.crossed.map(({ atNs, direction, script }) => [atNs, direction, tcpOf(script)?.seq, tcpOf(script)?.ack]),
    ).toEqual([
      [1, 'in', 5000, 0],
      [2, 'out', 0, 5001],
      [3, 'in', 1, 1],
    ]);
    expect(book.crossed[0]?.script).toMatchObject({ header: { source: '192.0.2.1', target: SERVER } });
    expect(book.lastEventNs(0)).toBe(3);
  });

  it('is kept as it was on the wire, too, with the step that injected it and the time at which the kernel saw it', () => {
    const book = new ConnectionBook([connection(0)]);
    const bytesOfSyn = toKernel(seg('S', { seq: 5000 }));
    book.injected(0, bytesOfSyn, 1000, 7);
    book.stamped(1234);
    expect(book.crossed).toMatchObject([{ atNs: 1234, bytes: bytesOfSyn, step: 7 }]);
    expect(tcpOf(book.crossed[0]?.live ?? { kind: 'opaque', bytes: new Uint8Array(0) })?.seq).toBe(5000);
    expect(book.crossed.some(isStray)).toBe(false);
  });
});
