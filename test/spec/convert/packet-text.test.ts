import { describe, expect, it } from 'vitest';
import { hasYamlText, packetText, scriptPacketText } from '../../../src/spec/convert/packet-text';
import type { PacketNotation } from '../../../src/spec/model';
import { parsePacket } from '../../../src/spec/notation/segment';
import type { Dialect, Direction } from '../../../src/spec/notation/scanner';
import { DiagnosticList, snippetAt } from '../../../src/spec/snippet';

function read(text: string, direction: Direction, dialect: Dialect): PacketNotation {
  const packet = parsePacket(snippetAt(text, 0), direction, new DiagnosticList(), dialect);
  if (packet === undefined) throw new Error(text);
  return packet;
}

describe('what is expected', () => {
  it.each([
    ['S. 0:0(0) ack 1 <...>', 'S. 0:0(0) ack 1'],
    ['S. 0:0(0) ack 1', 'S. 0:0(0) ack 1 <>'],
    ['S 0:0(0) win 5 <mss 1460,...>', 'S 0:0(0) ack 0 win 5 <mss 1460,...>'],
    ['. 1:1(0)', '. 1:1(0) ack 0 <>'],
    // The kernel sets the pointer with the flag alone (net/ipv4/tcp_output.c __tcp_transmit_skb).
    ['UP. 1:2(1) ack 1', 'PU. 1:2(1) ack 1 urg 0 <>'],
    ['. 1:1(0) ack 1 <nop,nop,TS val 100 ecr 200>', '. 1:1(0) ack 1 <nop,nop,TS val 100 ecr *>'],
    ['[ect0] . 1:1(0) ack 1', '(ect0) . 1:1(0) ack 1 <>'],
    ['[ttl 255] . 1:1(0) ack 1', '. 1:1(0) ack 1 <>'],
    ['ipv4 192.0.2.1 > 192.0.2.2: . 1:1(0) ack 1', 'ipv4 * > *: . 1:1(0) ack 1 <>'],
  ])('%s: %s', (script, yaml) => {
    expect(packetText(read(script, 'expect', 'packetdrill'), 'expect')).toBe(yaml);
  });
});

describe('what is injected', () => {
  it.each([
    ['S 0:0(0) win 5 <mss 1000>', 'S 0:0(0) win 5 <mss 1000>'],
    ['. 1:1(0) win 5', '. 1:1(0) ack 0 win 5'],
    ['40000 > 80 S 0:0(0) win 5', '40000 > 80 S 0:0(0) win 5'],
    ['icmp unreachable frag_needed mtu 1200 [1:1001(1000)]', 'icmp unreachable frag_needed mtu 1200 [1:1001(1000)]'],
    ['[ce] icmp echo_request id 5', '(ce) icmp echo_request id 5 [0:0(0)]'],
  ])('%s: %s', (script, yaml) => {
    const packet = read(script, 'inject', 'packetdrill');
    expect(packetText(packet, 'inject')).toBe(yaml);
    // Without the ACK flag, what is filled in is 0 too.
    expect({ ack: 0, ...read(yaml, 'inject', 'yaml') }).toEqual({ ack: 0, ...packet });
  });
});

describe('what has no words in YAML', () => {
  it.each(['[flowlabel 0x1] . 1:1(0) ack 1', 'icmp unreachable port_unreachable [1:1(0)]', '. 1:1(0) ack 1 <...>'])(
    '%s, is what a script reads back',
    (script) => {
      const packet = read(script, 'expect', 'packetdrill');
      expect(hasYamlText(packet)).toBe(script.includes('<...>'));
      expect(read(scriptPacketText(packet, 'expect'), 'expect', 'packetdrill')).toEqual(packet);
    },
  );
});
