/**
 * Packets in packets: the headers around the innermost IP packet, and what that one carries.
 *
 * `innermost` is the one way to ports, segments and messages: a packet that is not encapsulated is its own innermost.
 */
import type { Ipv4Packet, Ipv6Packet, Layer, OpaquePacket, Packet, Transport } from './wire';

/** An IP packet that carries no other one. */
export type InnermostPacket = (Ipv4Packet | Ipv6Packet) & { readonly payload: Transport };

/** The innermost IP packet; `undefined` when there is none: no IP at all, or a tunnel with something else in it. */
export function innermost(packet: Packet): InnermostPacket | undefined {
  const last = layersOf(packet).at(-1);
  return last !== undefined && isInnermost(last) ? last : undefined;
}

/** The headers around the innermost packet, outermost first; empty for a packet that is not encapsulated. */
export function outerLayers(packet: Packet): readonly Layer[] {
  return layersOf(packet).filter((layer) => !isInnermost(layer));
}

/** The packet with another transport in its innermost one, as when numbers are mapped; as it is when it has none. */
export function withTransport(packet: Packet, transport: Transport): Packet {
  if (packet.kind === 'opaque') return packet;
  return replaceIn(packet, transport);
}

function replaceIn<Outer extends Layer>(outer: Outer, transport: Transport): Outer {
  const inner: Layer | Transport | OpaquePacket = outer.payload;
  if (!isLayer(inner)) return isInnermost(outer) ? { ...outer, payload: transport } : outer;
  return { ...outer, payload: replaceIn(inner, transport) };
}

/** All headers that carry something, outermost first. */
function layersOf(packet: Packet): readonly Layer[] {
  const layers: Layer[] = [];
  let next: Layer | Transport | OpaquePacket = packet;
  while (isLayer(next)) {
    layers.push(next);
    next = next.payload;
  }
  return layers;
}

function isLayer(part: Layer | Transport | OpaquePacket): part is Layer {
  return part.kind === 'ipv4' || part.kind === 'ipv6' || part.kind === 'gre' || part.kind === 'mpls';
}

function isInnermost(layer: Layer): layer is InnermostPacket {
  return (layer.kind === 'ipv4' || layer.kind === 'ipv6') && !isLayer(layer.payload);
}

/** The byte with DSCP and ECN. */
export function trafficClassOf(packet: Ipv4Packet | Ipv6Packet): number {
  return packet.kind === 'ipv4' ? packet.header.tos : packet.header.trafficClass;
}
