import { describe, expect, it } from 'vitest';
import { parsePacket } from '../../../src/spec/notation/segment';
import { snippetAt } from '../../../src/spec/snippet';
import { TCP_FLAG } from '../../../src/wire/wire';
import { collect } from '../support';

const { SYN, ACK, PSH, FIN, RST, AE, ECE } = TCP_FLAG;

function read(text: string, direction: 'inject' | 'expect') {
  return collect(text, (complaints) => parsePacket(snippetAt(text, 0), direction, complaints, 'packetdrill'));
}

/** What packetdrill compares although nothing is written. */
const UNWRITTEN = { ack: 0, urgentPointer: 0, options: { list: [], open: false }, zeros: true };

// packetdrill 3.8 and 3.17: absent options are an assertion of none, an absent `ack` is compared as 0, the window is free.
describe('a segment that is expected', () => {
  it.each<[string, object]>([
    ['S. 0:0(0) ack 1', { ...UNWRITTEN, flags: SYN | ACK, seq: 0, length: 0, ack: 1 }],
    ['S 0:0(0)', { ...UNWRITTEN, flags: SYN, seq: 0, length: 0 }],
    ['P. 1:1001(1000) ack 5 win 7', { ...UNWRITTEN, flags: PSH | ACK, seq: 1, length: 1000, ack: 5, window: 7 }],
    ['. 1:1(0) urg 3', { ...UNWRITTEN, flags: ACK, seq: 1, length: 0, urgentPointer: 3 }],
    ['F5. 1:1(0)', { ...UNWRITTEN, flags: FIN | ACK | AE | ECE, seq: 1, length: 0 }],
    ['- 1:1(0)', { ...UNWRITTEN, flags: 0, seq: 1, length: 0 }],
    [
      '. 1:1(0) ack 1 <nop,nop,TS val 100 ecr 200>',
      {
        ...UNWRITTEN,
        flags: ACK,
        seq: 1,
        length: 0,
        ack: 1,
        // packetdrill 3.7: an outbound echo is never checked.
        options: { list: [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'timestamp', val: 100 }], open: false },
      },
    ],
  ])('%s', (text, pattern) => {
    expect(read(text, 'expect')).toEqual({ made: { kind: 'tcp', ...pattern }, troubles: [], hints: [] });
  });

  it('`<...>` frees the options', () => {
    const { made } = read('S. 0:0(0) ack 1 <...>', 'expect');
    expect(made).toMatchObject({ kind: 'tcp', ack: 1 });
    expect(made).not.toHaveProperty('options');
  });

  it.each<[string, object]>([
    ['[ect0]', { ecn: 2 }],
    ['(ect01)', { ecn: 'either-ect' }],
    ['[noecn]', { ecn: 0 }],
    ['[tos 0x1c]', { tos: 0x1c }],
    ['[ttl 3]', { ttl: 3 }],
    // What packetdrill itself sends with means that the field is not looked at.
    ['[ttl 255]', {}],
    ['[flowlabel 0x2]', { flowLabelName: 2 }],
    ['[ce, flowlabel 0x0]', { ecn: 3 }],
  ])('%s', (text, ip) => {
    expect(read(`${text} . 1:1(0)`, 'expect').made).toMatchObject({ ip });
    expect(Object.keys(read(`${text} . 1:1(0)`, 'expect').made?.ip ?? {})).toEqual(Object.keys(ip));
  });

  it('has outer headers without addresses, since they are not compared', () => {
    const text = 'ipv4 [ttl 255] 192.0.2.1 > 192.0.2.2: gre flags 0x2000,sum 0,off 0,key=5,seq 0: . 1:1(0)';
    expect(read(text, 'expect').made).toMatchObject({
      encapsulation: [
        { kind: 'ipv4', ip: {} },
        { kind: 'gre', flags: 0x2000, key: 5 },
      ],
    });
    expect(read(text, 'expect').made?.encapsulation?.[0]).not.toHaveProperty('source');
  });

  it('may stand in PSP, which the caller must refuse', () => {
    expect(read('encap psp spi 0x17 P. 1:11(10) ack 1', 'expect').made).toMatchObject({
      length: 10,
      encapsulation: [{ kind: 'psp', spi: 0x17 }],
    });
  });
});

describe('a segment that is injected', () => {
  it.each<[string, object]>([
    ['S 0:0(0) win 1000', { flags: SYN, seq: 0, length: 0, ack: 0, window: 1000 }],
    ['P.1:11(10) ack 1 win 5', {}],
    ['S . 0:0(0) ack 1 win 5', { flags: SYN | ACK, seq: 0, length: 0, ack: 1, window: 5 }],
    ['R\n.0 1:1(0) ack 1 win 5', { flags: RST | ACK, seq: 1, length: 0, ack: 1, window: 5 }],
    ['. 1:1(0)ack 1 win 5', { flags: ACK, seq: 1, length: 0, ack: 1, window: 5 }],
  ])('%s', (text, pattern) => {
    const { made, troubles } = read(text, 'inject');
    if (Object.keys(pattern).length > 0)
      expect({ made, troubles }).toEqual({ made: { kind: 'tcp', ...pattern }, troubles: [] });
    // `.1` is a number for packetdrill too.
    else expect(troubles).not.toEqual([]);
  });

  it('has the port that is written; 0 is none', () => {
    expect(read('0 > 53 . 1:1(0) win 1', 'inject').made).toMatchObject({ targetPort: 53 });
    expect(read('0 > 53 . 1:1(0) win 1', 'inject').made).not.toHaveProperty('sourcePort');
  });

  it('has the flow label and the TTL that are written', () => {
    expect(read('[ect0, flowlabel 0x5] . 1:1(0) win 1', 'inject').made?.ip).toEqual({ ecn: 2, flowLabel: 5 });
    expect(read('[ttl 255] . 1:1(0) win 1', 'inject').made?.ip).toEqual({ ttl: 255 });
    expect(read('[ttl 0] . 1:1(0) win 1', 'inject').made?.ip).toEqual({});
  });

  it('keeps the addresses of outer headers', () => {
    expect(read('ipv6 fd00::1 > fd00::2: . 1:1(0) win 1', 'inject').made).toMatchObject({
      encapsulation: [{ kind: 'ipv6', source: 'fd00::1', target: 'fd00::2' }],
    });
  });
});

describe('what packetdrill does not read', () => {
  it.each<['inject' | 'expect', string, string]>([
    ['inject', '. 1:1(0) ack 1', 'the window is missing'],
    ['inject', '. ack 1 win 5', 'sequence numbers expected, not `ack`'],
    ['expect', 'S. ack 1', 'sequence numbers expected, not `ack`'],
    ['expect', '. *:*(*)', 'payload length (a number) expected'],
    // Whoever writes numbers that wrap gets an error of packetdrill, which adds in 64 bits.
    ['expect', '. 4294967295:1(2)', '4294967295 + 2 is 4294967297, not 1'],
    ['expect', '. 4294967295:4294967297(2)', 'sequence number 4294967297 is out of range 0 to 4294967295'],
    ['inject', 'S 0:0(0) win 5 <...>', '`...` makes sense only for what is expected'],
    ['inject', '[ect01] S 0:0(0) win 5', 'makes sense only for what is expected'],
    ['expect', 'EW2. 1:1(0)', 'W and the ACE digit 2 name the same bits'],
    ['expect', '.12 1:1(0)', 'two ACE digits'],
    ['inject', 'S 0:0(0) win 5 <mss 1000,nop>', 'these options take 5 bytes'],
  ])('%s %s', (direction, text, trouble) => {
    const { made, troubles } = read(text, direction);
    expect(made).toBeUndefined();
    expect(troubles[0]).toContain(trouble);
  });
});

describe('datagrams', () => {
  it('have their ports behind the word', () => {
    expect(read('udp 5 > 6 (10)', 'inject').made).toEqual({ kind: 'udp', sourcePort: 5, targetPort: 6, length: 10 });
  });

  it('are zeros', () => {
    expect(read('udp (10)', 'expect').made).toEqual({ kind: 'udp', length: 10, zeros: true });
  });
});

describe('ICMP', () => {
  it('always quotes something when it is sent', () => {
    const nothing = { kind: 'tcp', seq: 0, length: 0 };
    expect(read('icmp unreachable', 'inject').made).toEqual({ kind: 'icmp', type: 'unreachable', quoted: nothing });
    expect(read('icmp echo_request id 7', 'inject').made).toMatchObject({ id: 7, quoted: nothing });
    const quoted = { kind: 'tcp', seq: 5000, length: 1000 };
    expect(read('icmp unreachable [5000:6000(1000)]', 'inject').made).toMatchObject({ quoted });
  });

  it('is compared by type, code and length when it is expected', () => {
    expect(read('icmp echo_reply id 7 [raw (64)]', 'expect').made).toEqual({
      kind: 'icmp',
      type: 'echo_reply',
      quoted: { kind: 'raw', length: 64 },
      quotedByLength: true,
    });
    expect(read('icmp unreachable frag_needed mtu 800', 'expect').made).toEqual({
      kind: 'icmp',
      type: 'unreachable',
      code: 'frag_needed',
      quoted: { kind: 'tcp', seq: 0, length: 0 },
      quotedByLength: true,
    });
  });
});
