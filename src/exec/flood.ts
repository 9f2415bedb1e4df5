/** A flood: many segments, as fast as they can be written, each from a peer of its own. What comes back is counted. */
import { type Ns, NS_PER_MS } from '../base/nanoseconds';
import type { LinkFrame, Run } from '../host/host';
import { FloodPeers } from '../match/flood';
import type { Timeline } from '../timeline/timeline';
import type { Observation } from '../trace/trace';
import { craftPacket } from '../wire/craft';
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
  const { network, localPort } = timeline;
  const peers = new FloodPeers(network, count);
  const ends = {
    version: network.ipVersion,
    targetAddress: network.localAddress,
    targetPort: localPort,
    seq: 0,
    ack: 0,
  };
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
    const { address, port } = peers.at(sent);
    ({ errno } = run.inject(craftPacket(packet, { ...ends, sourceAddress: address, sourcePort: port })));
    if (errno === '') sent++;
    if (sent % BATCH === 0) fetch();
  }
  awaitQuiet(run, fetch);
  return { kind: 'flooded', step, plannedNs, startedNs, endedNs: run.nowNs(), sent, errno, answered };
}

function awaitQuiet(run: Run, fetch: () => number): void {
  const latestNs: Ns = run.nowNs() + LONGEST_QUIET_NS;
  for (let isQuiet = fetch() === 0; run.nowNs() < latestNs; isQuiet = fetch() === 0) {
    if (isQuiet) run.waitForEvent(run.nowNs() + QUIET_NS);
    if (isQuiet && fetch() === 0) return;
  }
}
