/** A flood: many segments, as fast as they can be written, each from a peer of its own. What comes back is counted. */
import type { Run } from '../host/host';
import { FloodPeers } from '../match/flood';
import type { Timeline } from '../timeline/timeline';
import type { Observation } from '../trace/trace';
import { craftPacket } from '../wire/craft';
import type { SegmentPattern } from '../wire/pattern';
import { setSourcePort } from '../wire/source-port';
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
  const outcome = run.flood({ count, packetAt: (index) => segments.at(index), sources: peers.addresses });
  return { kind: 'flooded', step, plannedNs, ...outcome };
}

/** The segment of each peer: the same bytes, but for address, port and checksum. */
class FloodSegments {
  readonly #packet: SegmentPattern;
  readonly #timeline: Timeline;
  readonly #peers: FloodPeers;
  /** That of the last peer. */
  #bytes: Uint8Array = new Uint8Array(0);
  #address = '';

  constructor(packet: SegmentPattern, timeline: Timeline, peers: FloodPeers) {
    this.#packet = packet;
    this.#timeline = timeline;
    this.#peers = peers;
  }

  at(index: number): Uint8Array {
    const { address, port } = this.#peers.at(index);
    if (address === this.#address) setSourcePort(this.#bytes, port);
    else this.#bytes = this.#craft(address, port);
    this.#address = address;
    return this.#bytes;
  }

  #craft(sourceAddress: string, sourcePort: number): Uint8Array {
    const { network, localPort } = this.#timeline;
    const { ipVersion: version, localAddress: targetAddress } = network;
    const ports = { sourcePort, targetPort: localPort };
    return craftPacket(this.#packet, { version, sourceAddress, targetAddress, ...ports, seq: 0, ack: 0 });
  }
}
