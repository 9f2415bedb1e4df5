/** A flood: many segments, as fast as they can be written, each from a peer of its own. What comes back is counted. */
import { present } from '../base/assert';
import { FLOOD_AHEAD, type Run } from '../host/host';
import { FloodPeers } from '../match/flood';
import type { Timeline } from '../timeline/timeline';
import type { Observation } from '../trace/trace';
import { craftPacket } from '../wire/craft';
import type { SegmentPattern } from '../wire/pattern';
import { PortedSegment } from '../wire/source-port';
import type { Action } from './engine';

const ALIGNED_BYTES = 8;

type Flood = Extract<Action, { kind: 'flood' }>;

/** @throws HostError */
export function flood(
  { step, plannedNs, packet, count }: Flood,
  timeline: Timeline,
  run: Run,
): Extract<Observation, { kind: 'flooded' }> {
  const peers = new FloodPeers(timeline.network, count);
  const segments = new FloodSegments(packet, timeline, peers);
  const outcome = run.flood({ count, packetAt: (index) => segments.at(index), sources: peers.addresses });
  return { kind: 'flooded', step, plannedNs, ...outcome };
}

/** The segment of each peer: the same bytes, but for address, port and checksum. */
class FloodSegments {
  readonly #packet: SegmentPattern;
  readonly #timeline: Timeline;
  readonly #peers: FloodPeers;
  /** Those that were made last, side by side in memory, each with the address of its peer. */
  readonly #made: { readonly segment: PortedSegment; readonly address: string }[] = [];

  constructor(packet: SegmentPattern, timeline: Timeline, peers: FloodPeers) {
    this.#packet = packet;
    this.#timeline = timeline;
    this.#peers = peers;
  }

  at(index: number): Uint8Array {
    const address = this.#peers.addressAt(index);
    const place = index % FLOOD_AHEAD;
    if (this.#made[place]?.address !== address) this.#make(address, index - place);
    const { segment } = present(this.#made[place], 'the segment');
    segment.setSourcePort(this.#peers.portAt(index));
    return segment.bytes;
  }

  /** All that come from this address, of those that begin at an index. */
  #make(address: string, first: number): void {
    const one = this.#craft(address, this.#peers.portAt(first));
    const apart = Math.ceil(one.length / ALIGNED_BYTES) * ALIGNED_BYTES;
    const block = new Uint8Array(FLOOD_AHEAD * apart);
    for (let place = 0; place < FLOOD_AHEAD; place++) {
      if (this.#peers.addressAt(first + place) !== address) continue;
      const bytes = block.subarray(place * apart, place * apart + one.length);
      bytes.set(one);
      this.#made[place] = { segment: new PortedSegment(bytes), address };
    }
  }

  #craft(sourceAddress: string, sourcePort: number): Uint8Array {
    const { network, localPort } = this.#timeline;
    const { ipVersion: version, localAddress: targetAddress } = network;
    const ports = { sourcePort, targetPort: localPort };
    return craftPacket(this.#packet, { version, sourceAddress, targetAddress, ...ports, seq: 0, ack: 0 });
  }
}
