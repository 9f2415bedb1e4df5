/** A flood: many segments, as fast as they can be written, each from a peer of its own. What comes back is counted. */
import { FLOOD_AHEAD, type Run } from '../host/host';
import { FloodPeers } from '../match/flood';
import type { Timeline } from '../timeline/timeline';
import type { Observation } from '../trace/trace';
import { craftPacket } from '../wire/craft';
import type { SegmentPattern } from '../wire/pattern';
import { PortedSegments } from '../wire/source-port';
import type { Action } from './engine';

type Flood = Extract<Action, { kind: 'flood' }>;

/** @throws HostError */
export function flood(
  { step, plannedNs, packet, count }: Flood,
  timeline: Timeline,
  run: Run,
): Extract<Observation, { kind: 'flooded' }> {
  const peers = new FloodPeers(timeline.network, count);
  const segments = new FloodSegments(packet, timeline, peers);
  const packetsFrom = (index: number): readonly Uint8Array[] => segments.from(index, count - index);
  const outcome = run.flood({ count, packetsFrom, sources: peers.addresses });
  return { kind: 'flooded', step, plannedNs, ...outcome };
}

/** The segment of each peer: the same bytes, but for address, port and checksum. */
class FloodSegments {
  readonly #packet: SegmentPattern;
  readonly #timeline: Timeline;
  readonly #peers: FloodPeers;
  #made: { readonly block: PortedSegments; readonly address: string } | undefined;

  constructor(packet: SegmentPattern, timeline: Timeline, peers: FloodPeers) {
    this.#packet = packet;
    this.#timeline = timeline;
    this.#peers = peers;
  }

  /** @param most so many at most */
  from(index: number, most: number): readonly Uint8Array[] {
    const { address, port, left } = this.#peers.at(index);
    const { block } = this.#made?.address === address ? this.#made : this.#make(address, port);
    block.setSourcePorts(port);
    const count = Math.min(left, most);
    return count < FLOOD_AHEAD ? block.segments.slice(0, count) : block.segments;
  }

  #make(address: string, port: number): { readonly block: PortedSegments } {
    this.#made = { block: new PortedSegments(this.#craft(address, port), FLOOD_AHEAD), address };
    return this.#made;
  }

  #craft(sourceAddress: string, sourcePort: number): Uint8Array {
    const { network, localPort } = this.#timeline;
    const { ipVersion: version, localAddress: targetAddress } = network;
    const ports = { sourcePort, targetPort: localPort };
    return craftPacket(this.#packet, { version, sourceAddress, targetAddress, ...ports, seq: 0, ack: 0 });
  }
}
