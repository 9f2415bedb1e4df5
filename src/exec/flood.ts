/** A flood: many segments, as fast as they can be written, each from a peer of its own. What comes back is counted. */
import { type Ns, NS_PER_MS } from '../base/nanoseconds';
import type { LinkFrame, Run } from '../host/host';
import { FloodPeers } from '../match/flood';
import type { Timeline } from '../timeline/timeline';
import type { Observation } from '../trace/trace';
import { craftPacket } from '../wire/craft';
import type { SegmentPattern } from '../wire/pattern';
import { withSourcePort } from '../wire/source-port';
import type { Action } from './engine';

/** Frames are fetched after so many segments: each may have an answer, and the capture buffer has an end. */
const BATCH = 64;
/** The flood is over when so long nothing has come back, and at the latest after so long. */
const QUIET_NS = NS_PER_MS;
const LONGEST_QUIET_NS = 100 * NS_PER_MS;

type Flood = Extract<Action, { kind: 'flood' }>;

/** Frames that belong to no peer of the flood go to `keep`. */
export function flood(
  { step, plannedNs, packet, count }: Flood,
  timeline: Timeline,
  run: Run,
  keep: (frame: LinkFrame) => void,
): Extract<Observation, { kind: 'flooded' }> {
  const peers = new FloodPeers(timeline.network, count);
  const segments = new FloodSegments(packet, timeline);
  const startedNs = run.nowNs();
  let answered = 0;
  /** @returns how many frames there were */
  const fetch = (): number => {
    const frames = run.receive();
    for (const frame of frames) {
      if (!peers.areIn(frame)) keep(frame);
      else if (frame.direction === 'out') answered++;
    }
    return frames.length;
  };
  let sent = 0;
  let errno = '';
  while (sent < count && errno === '') {
    ({ errno } = run.inject(segments.from(peers.at(sent))));
    if (errno === '') sent++;
    if (sent % BATCH === 0) fetch();
  }
  awaitQuiet(run, fetch);
  return { kind: 'flooded', step, plannedNs, startedNs, endedNs: run.nowNs(), sent, errno, answered };
}

/** The segment of each peer: the same bytes, but for address, port and checksum. */
class FloodSegments {
  readonly #packet: SegmentPattern;
  readonly #timeline: Timeline;
  /** That of the last peer. */
  #bytes: Uint8Array = new Uint8Array(0);
  #address = '';

  constructor(packet: SegmentPattern, timeline: Timeline) {
    this.#packet = packet;
    this.#timeline = timeline;
  }

  from({ address, port }: { readonly address: string; readonly port: number }): Uint8Array {
    this.#bytes = address === this.#address ? withSourcePort(this.#bytes, port) : this.#craft(address, port);
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

function awaitQuiet(run: Run, fetch: () => number): void {
  const latestNs: Ns = run.nowNs() + LONGEST_QUIET_NS;
  for (let isQuiet = fetch() === 0; run.nowNs() < latestNs; isQuiet = fetch() === 0) {
    if (isQuiet) run.waitForEvent(run.nowNs() + QUIET_NS);
    if (isQuiet && fetch() === 0) return;
  }
}
