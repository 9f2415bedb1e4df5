/**
 * What packetdrill reads into what its scripts do not write, and which of the things that they do write it does not
 * look at (tcp_packet.c, icmp_packet.c and run_packet.c of packetdrill).
 */
import type { EncapsulationPattern, IpPattern, OptionPattern, SegmentPattern, UdpPattern } from '../../wire/pattern';
import type { IcmpNotation, PacketNotation } from '../model';
import type { Direction } from './scanner';

/** The TTL of what packetdrill makes itself. On what is expected it means that the TTL is not compared. */
const OWN_TTL = 255;

/** The packet as packetdrill means it. */
export function asInPacketdrill(packet: PacketNotation, direction: Direction): PacketNotation {
  const { ip, encapsulation } = packet;
  const whole: PacketNotation = {
    ...packet,
    ...(ip === undefined ? {} : { ip: meaningOfIp(ip, direction) }),
    ...(encapsulation === undefined
      ? {}
      : { encapsulation: encapsulation.map((one) => meaningOfLayer(one, direction)) }),
  };
  switch (whole.kind) {
    case 'tcp':
      return direction === 'expect' ? expectedSegment(whole) : injectedSegment(whole);
    case 'udp':
      return direction === 'expect' ? expectedDatagram(whole) : whole;
    case 'icmp':
      return direction === 'expect' ? expectedMessage(whole) : injectedMessage(whole);
  }
}

function injectedSegment(segment: SegmentPattern): SegmentPattern {
  return { ...segment, ack: segment.ack ?? 0 };
}

/** Absent is 0, none, or zeros; but the window is free. `<...>` alone frees the options, and no echo is compared. */
function expectedSegment({ options, ...segment }: SegmentPattern): SegmentPattern {
  const list = options?.list ?? [];
  const isFree = options !== undefined && options.open && list.length === 0;
  return {
    ...segment,
    ack: segment.ack ?? 0,
    urgentPointer: segment.urgentPointer ?? 0,
    ...(isFree ? {} : { options: { list: list.map(expectedOption), open: options?.open ?? false } }),
    zeros: true,
  };
}

function expectedOption(option: OptionPattern): OptionPattern {
  if (option.kind !== 'timestamp') return option;
  const { ecr: _, ...rest } = option;
  return rest;
}

function expectedDatagram(datagram: UdpPattern): UdpPattern {
  return { ...datagram, zeros: true };
}

/** Every message quotes, if nothing else then an empty segment with sequence number 0, echoes too. */
function injectedMessage(message: IcmpNotation): IcmpNotation {
  return { ...message, quoted: message.quoted ?? { kind: 'tcp', seq: 0, length: 0 } };
}

/** Type, code and length are compared. */
function expectedMessage({ mtu: _mtu, id: _id, ...message }: IcmpNotation): IcmpNotation {
  return { ...injectedMessage(message), quotedByLength: true };
}

function meaningOfIp({ ttl, flowLabel, ...rest }: IpPattern, direction: Direction): IpPattern {
  // 0 is what packetdrill keeps for "not written".
  const isOwn = ttl === 0 || (direction === 'expect' && ttl === OWN_TTL);
  return {
    ...rest,
    ...(ttl === undefined || isOwn ? {} : { ttl }),
    ...(flowLabel === undefined || flowLabel === 0 ? {} : labelFor(flowLabel, direction)),
  };
}

function labelFor(flowLabel: number, direction: Direction): IpPattern {
  return direction === 'expect' ? { flowLabelName: flowLabel } : { flowLabel };
}

/** The addresses of outer headers are not compared. */
function meaningOfLayer(layer: EncapsulationPattern, direction: Direction): EncapsulationPattern {
  if (layer.kind !== 'ipv4' && layer.kind !== 'ipv6') return layer;
  const { ip, source: _source, target: _target, ...unaddressed } = layer;
  const ends = direction === 'expect' ? unaddressed : layer;
  return ip === undefined ? ends : { ...ends, ip: meaningOfIp(ip, direction) };
}
