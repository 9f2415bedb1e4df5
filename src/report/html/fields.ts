/** A packet taken apart for reading: each header with its fields, in the numbers of the wire. */
import { toHex } from '../../base/hex';
import { printFlags } from '../../wire/flags';
import { nameIcmp } from '../../wire/icmp-names';
import { ipv4ChecksumHolds, transportChecksumHolds } from '../../wire/integrity';
import { innermost, outerLayers } from '../../wire/layers';
import { printOption } from '../../wire/option-text';
import { decodePacket } from '../../wire/packet';
import { printLayer } from '../../wire/print-layers';
import { segmentLength } from '../../wire/segment';
import {
  type IcmpMessage,
  type Ipv4Header,
  type Ipv6Header,
  type Packet,
  TCP_FLAG,
  type TcpSegment,
  type Transport,
} from '../../wire/wire';

export interface HeaderFields {
  /** `IPv4`, `TCP` */
  readonly name: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** The headers of a packet, outermost first. Any bytes give something to read. */
export function headersOf(bytes: Uint8Array): readonly HeaderFields[] {
  const packet = decodePacket(bytes);
  const inner = innermost(packet);
  if (inner === undefined) return [{ name: 'no IP packet', fields: [['length', bytesText(bytes.length)]] }];
  const tunnels = outerLayers(packet).map(
    (layer) => ({ name: layer.kind, fields: [['header', printLayer(layer)]] }) as const,
  );
  const holds = transportChecksumHolds(packet);
  const ip =
    inner.kind === 'ipv4'
      ? { name: 'IPv4', fields: ipv4Fields(inner.header, ipv4ChecksumHolds(inner)) }
      : { name: 'IPv6', fields: ipv6Fields(inner.header) };
  return [...tunnels, ip, transportFields(inner.payload, holds), ...trailerFields(packet)];
}

function ipv4Fields(header: Ipv4Header, checksumHolds: boolean): HeaderFields['fields'] {
  return [
    ['source', header.source],
    ['destination', header.target],
    ['length', `${header.totalLength} (header ${header.ihl * 4})`],
    ['time to live', String(header.ttl)],
    ['identification', hex(header.id, 4)],
    ['flags', ipFlags(header)],
    ['DSCP and ECN', trafficClass(header.tos)],
    ['protocol', String(header.protocol)],
    ['checksum', checksumText(header.checksum, checksumHolds)],
    ...(header.options.length === 0 ? [] : [['options', toHex(header.options)] as const]),
  ];
}

function ipFlags({ flags, fragmentOffset }: Ipv4Header): string {
  const names = [flags & 2 ? 'do not fragment' : '', flags & 1 ? 'more fragments' : '', flags & 4 ? 'reserved' : ''];
  const offset = fragmentOffset === 0 ? '' : `offset ${fragmentOffset * 8}`;
  return [...names, offset].filter((name) => name !== '').join(', ') || 'none';
}

function ipv6Fields(header: Ipv6Header): HeaderFields['fields'] {
  return [
    ['source', header.source],
    ['destination', header.target],
    ['payload length', String(header.payloadLength)],
    ['hop limit', String(header.hopLimit)],
    ['DSCP and ECN', trafficClass(header.trafficClass)],
    ['flow label', hex(header.flowLabel, 5)],
    ['next header', String(header.nextHeader)],
  ];
}

function transportFields(transport: Transport, holds: boolean | undefined): HeaderFields {
  switch (transport.kind) {
    case 'tcp':
      return { name: 'TCP', fields: tcpFields(transport, holds) };
    case 'udp':
      return {
        name: 'UDP',
        fields: [
          ['source port', String(transport.sourcePort)],
          ['destination port', String(transport.targetPort)],
          ['length', String(transport.length)],
          ['checksum', checksumText(transport.checksum, holds)],
          ['payload', bytesText(transport.payload.length)],
        ],
      };
    case 'icmp':
      return { name: transport.version === 4 ? 'ICMP' : 'ICMPv6', fields: icmpFields(transport, holds) };
    case 'opaque':
      return { name: `protocol ${transport.protocol}`, fields: [['payload', bytesText(transport.bytes.length)]] };
  }
}

function tcpFields(segment: TcpSegment, holds: boolean | undefined): HeaderFields['fields'] {
  const length = segmentLength(segment);
  const acknowledges = (segment.flags & TCP_FLAG.ACK) !== 0;
  return [
    ['source port', String(segment.sourcePort)],
    ['destination port', String(segment.targetPort)],
    ['flags', `${flagNames(segment.flags)} (${printFlags(segment.flags)})`],
    ['sequence number', `${segment.seq}${length === 0 ? '' : ` (takes ${length})`}`],
    ['acknowledgment', `${segment.ack}${acknowledges ? '' : ' (without the ACK flag)'}`],
    ['window', `${segment.window} (not scaled)`],
    ['header length', String(segment.dataOffset * 4)],
    ['urgent pointer', String(segment.urgentPointer)],
    ['checksum', checksumText(segment.checksum, holds)],
    ...segment.options.map((option) => ['option', printOption(option, (edge) => edge)] as const),
    ['payload', bytesText(segment.payload.length)],
  ];
}

function flagNames(flags: number): string {
  const names = Object.entries(TCP_FLAG)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name);
  return names.join(' ') || 'none';
}

function icmpFields(message: IcmpMessage, holds: boolean | undefined): HeaderFields['fields'] {
  const { type, code } = nameIcmp(message.version, message.type, message.code);
  return [
    ['type', `${message.type} (${type})`],
    ['code', `${message.code}${code === undefined ? '' : ` (${code})`}`],
    ['rest of the header', hex(message.rest, 8)],
    ['checksum', checksumText(message.checksum, holds)],
    ['payload', bytesText(message.payload.length)],
  ];
}

function trailerFields(packet: Packet): readonly HeaderFields[] {
  if (packet.kind === 'opaque' || packet.trailer.length === 0) return [];
  return [{ name: 'behind the packet', fields: [['bytes', toHex(packet.trailer)]] }];
}

function trafficClass(tos: number): string {
  const ecn = ['not ECT', 'ECT(1)', 'ECT(0)', 'CE'][tos & 3] ?? '';
  return `${hex(tos, 2)}: DSCP ${tos >> 2}, ${ecn}`;
}

function checksumText(checksum: number, holds: boolean | undefined): string {
  const verdict = holds === undefined ? 'not to be checked' : holds ? 'right' : 'WRONG';
  return `${hex(checksum, 4)} (${verdict})`;
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function bytesText(count: number): string {
  return `${count} ${count === 1 ? 'byte' : 'bytes'}`;
}
