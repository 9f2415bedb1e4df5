/**
 * What a raw link cannot carry, nor a real network: a kernel sends there, which writes some fields of the IPv4 header itself
 * (`raw_send_hdrinc` in net/ipv4/raw.c) and takes nothing longer than the MTU. A TUN device takes everything.
 */
import { optionSpan } from '../spec/option-span';
import type { Diagnostic } from '../spec/diagnostic';
import type { Spec } from '../spec/model';
import type { Span } from '../spec/source';
import { packetLength } from '../wire/craft';
import type { Malformation, PacketPattern } from '../wire/pattern';
import { notToTarget, NOT_TO_TARGET_HINT, refusedByTarget } from './target-limits';
import type { Network } from './timeline';

const IPV6_HEADER = 40;
/** Any that is not 0. */
const IP_ID = 1;

/** Fields that a raw link does not leave as they are written, by their names in YAML. */
const IPV4_FIELDS: Readonly<Partial<Record<keyof Malformation, string>>> = {
  ipChecksum: 'ip_checksum',
  ipTotalLength: 'ip_total_length',
  ipHeaderLength: 'ip_header_length',
  truncateTo: 'truncate_to',
};

/** The packet as the link leaves it: the kernel would give an IPv4 packet without an identification one by lot. */
export function forLink<P extends PacketPattern>(packet: P, { link, ipVersion }: Network): P {
  if (link === 'tun' || ipVersion === 6 || packet.ip?.id !== undefined || packet.ip?.dontFragment === true)
    return packet;
  return { ...packet, ip: { ...packet.ip, id: IP_ID } };
}

/** Everything of a spec's network that its link does not have. */
export function refusedByLink(spec: Spec, network: Network): readonly Diagnostic[] {
  const { link } = network;
  const { file, network: settings } = spec;
  if (link === 'tun') return [];
  if (link === 'target') return refusedByTarget(spec, network);
  const refuse = (option: string, why: string): Diagnostic => refusal(optionSpan(file.text, option), link, why);
  return [
    ...(settings.gsoSize === undefined ? [] : [refuse('mss', 'merged segments (--mss)')]),
    ...(settings.speedMbps === undefined || link === 'raw-lo' ? [] : [refuse('speed', 'a speed (--speed)')]),
  ];
}

/** The refusal of a packet to be sent, if the link does not take it. */
export function packetRefusedByLink(packet: PacketPattern, span: Span, network: Network): Diagnostic | undefined {
  if (network.link === 'tun') return undefined;
  const what = whatIsTooMuch(packet, network);
  return what === undefined ? undefined : refusal(span, network.link, what);
}

function refusal(span: Span, link: Network['link'], what: string): Diagnostic {
  return {
    severity: 'error',
    code: 'not-supported',
    span,
    message: link === 'target' ? notToTarget(what) : `the link \`${link}\` cannot do this: ${what}`,
    hint: link === 'target' ? NOT_TO_TARGET_HINT : 'a TUN device can: `link: tun` in the spec, or `--link tun`',
  };
}

function whatIsTooMuch(packet: PacketPattern, network: Network): string | undefined {
  if ((packet.encapsulation ?? []).length > 0) return 'headers around the packet';
  const wrong = packet.kind === 'tcp' ? wrongInHeader(packet.malformed ?? {}, network) : undefined;
  if (wrong !== undefined) return wrong;
  if (network.ipVersion === 4 && packet.ip?.id === 0 && packet.ip.dontFragment !== true) {
    return 'an IPv4 packet with the identification 0 that may be fragmented';
  }
  const length = packetLength(packet, network.ipVersion);
  // The MTU of lo is larger than any packet.
  if (network.link === 'raw-lo' || length <= network.mtu) return undefined;
  return `a packet of ${length} bytes, where the MTU is ${network.mtu}`;
}

function wrongInHeader(malformed: Malformation, { ipVersion }: Network): string | undefined {
  if (ipVersion === 6) {
    const { truncateTo } = malformed;
    return truncateTo !== undefined && truncateTo < IPV6_HEADER ? 'less than a whole IPv6 header' : undefined;
  }
  const names = Object.keys(malformed).flatMap((key) => IPV4_FIELDS[key as keyof Malformation] ?? []);
  return names.length === 0 ? undefined : `a wrong IPv4 header or length (${names.join(', ')})`;
}
