/**
 * Packets as a script means them, in the notation of YAML: what a script says by leaving it out is written.
 *
 * Left out are two things that are compared in a script and can never differ: that the payload is zeros, since all that
 * scripts write is, and that the urgent pointer is 0 where there is no URG flag.
 */
import { printOptionsPattern } from '../../wire/option-text';
import type { IcmpQuote, SegmentPattern } from '../../wire/pattern';
import { printPattern } from '../../wire/print';
import { printIpPattern, printLayerPattern } from '../../wire/print-layers';
import { TCP_FLAG } from '../../wire/wire';
import type { IcmpNotation, PacketNotation } from '../model';
import type { Direction } from '../notation/scanner';

/** Whether YAML can say the same. A script can name flow labels, and compares of ICMP messages the length alone. */
export function hasYamlText(packet: PacketNotation): boolean {
  const headers = [packet, ...(packet.encapsulation ?? [])];
  const namesLabels = headers.some((header) => 'ip' in header && header.ip?.flowLabelName !== undefined);
  return !namesLabels && !(packet.kind === 'icmp' && packet.quotedByLength === true);
}

/** For `inject:` or `expect:`; only for packets of which `hasYamlText` holds. */
export function packetText(packet: PacketNotation, direction: Direction): string {
  switch (packet.kind) {
    case 'tcp':
      return rounded(segmentText(packet, direction, false));
    case 'udp':
      return rounded(printPattern(packet));
    case 'icmp':
      return rounded(messageText(packet));
  }
}

/** For an event of a script. */
export function scriptPacketText(packet: PacketNotation, direction: Direction): string {
  switch (packet.kind) {
    case 'tcp':
      return segmentText(packet, direction, true);
    case 'udp':
      return printPattern(packet);
    case 'icmp':
      return messageText(packet);
  }
}

function segmentText(segment: SegmentPattern, direction: Direction, inScript: boolean): string {
  const { window, urgentPointer, options, ...rest } = segment;
  const has = (flag: number): boolean => (segment.flags & flag) !== 0;
  const isExpected = direction === 'expect' && !inScript;
  const free = inScript && direction === 'expect' ? '<...>' : '';
  return [
    printPattern(rest),
    isExpected && segment.ack === 0 && !has(TCP_FLAG.ACK) ? 'ack 0' : '',
    window === undefined ? '' : `win ${window}`,
    urgentPointer === undefined || (urgentPointer === 0 && !has(TCP_FLAG.URG)) ? '' : `urg ${urgentPointer}`,
    options === undefined ? free : `<${printOptionsPattern(options)}>`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function messageText({ type, code, mtu, id, quoted, ip, encapsulation = [] }: IcmpNotation): string {
  return [
    ...encapsulation.map(printLayerPattern),
    printIpPattern(ip),
    'icmp',
    type,
    code ?? '',
    mtu === undefined ? '' : `mtu ${mtu}`,
    id === undefined ? '' : `id ${id}`,
    quoted === undefined ? '' : `[${quoteText(quoted)}]`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function quoteText(quoted: IcmpQuote): string {
  if (quoted.kind !== 'tcp') return `${quoted.kind} (${quoted.length})`;
  return `${quoted.seq}:${quoted.seq + quoted.length}(${quoted.length})`;
}

/** In YAML, a plain text cannot begin with `[`. */
function rounded(text: string): string {
  return text.replace(/^\[([^\]]*)\]/, '($1)');
}
