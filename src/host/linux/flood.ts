/** Many packets as fast as they can be written, with answers that nobody looks at: the kernel counts them. */
import { type Ns, NS_PER_MS } from '../../base/nanoseconds';
import type { FloodOutcome, FloodRequest } from '../host';
import { WHOLE } from './bpf';
import { EAGAIN } from './constants';
import type { RunClock } from './clock';
import { errnoName } from './errno';
import { FrameCounter } from './frame-counter';
import { frameFilter } from './frame-filter';
import type { HarnessLink } from './harness-link';
import type { BatchOutcome, PacketBatch } from './packet-batch';
import type { PacketSocket } from './packet-socket';
import type { Waiter } from './wait';

/** The flood is over when so long nothing has come back, and at the latest after so long. */
const QUIET_NS = NS_PER_MS;
/** A backlog of a thousand packets (net.core.netdev_max_backlog) is taken in so long, whether they are answered or not. */
const QUIET_OF_BACKLOG_NS = 20 * NS_PER_MS;
const LONGEST_QUIET_NS = 100 * NS_PER_MS;

/** How long a link that is full is left alone, and how often. */
const FULL_NS = NS_PER_MS / 10;
const FULL_TRIES = 1000;

export interface FloodParts {
  readonly link: HarnessLink;
  readonly packets: PacketSocket;
  readonly clock: RunClock;
  readonly waiter: Waiter;
}

/** @throws HostError `no-packet-socket` */
export function flood({ link, packets, clock, waiter }: FloodParts, request: FloodRequest): FloodOutcome {
  const counter = new FrameCounter(link.leavesBy, frameFilter(request.sources, { from: 0, to: 1, others: 0 }));
  const batch = link.openBatch();
  try {
    return packets.filtered(frameFilter(request.sources, { from: 0, to: 0, others: WHOLE }), () => {
      const startedNs = clock.now();
      const written = writeAll({ link, batch, clock, waiter }, request);
      const answered = awaitQuiet({ link, batch, clock, waiter }, counter, written.sent);
      return { startedNs, endedNs: clock.now(), ...written, answered };
    });
  } finally {
    batch.close();
    counter.close();
  }
}

interface FloodTools extends Pick<FloodParts, 'link' | 'clock' | 'waiter'> {
  readonly batch: PacketBatch;
}

function writeAll(tools: FloodTools, { count, packetsFrom }: FloodRequest): Pick<FloodOutcome, 'sent' | 'errno'> {
  for (let sent = 0; sent < count; ) {
    const { taken, error } = writeSome(tools, packetsFrom(sent));
    sent += taken;
    if (error < 0) return { sent, errno: errnoName(error) };
    // Before the device is full of them.
    tools.batch.discardAll();
  }
  return { sent: count, errno: '' };
}

/** The socket of a link that delivers later is full of what is on its way. */
function writeSome({ link, batch, clock, waiter }: FloodTools, packets: readonly Uint8Array[]): BatchOutcome {
  let taken = 0;
  for (let tries = 0; taken < packets.length; ) {
    const outcome = batch.write(taken === 0 ? packets : packets.slice(taken));
    taken += outcome.taken;
    if (outcome.error === 0) continue;
    if (outcome.error !== -EAGAIN || !link.deliversLater || ++tries === FULL_TRIES)
      return { taken, error: outcome.error };
    waiter.untilExactly(clock.now() + FULL_NS);
  }
  return { taken, error: 0 };
}

/** @returns how many answers there were */
function awaitQuiet({ link, batch, clock, waiter }: FloodTools, counter: FrameCounter, sent: number): number {
  const latestNs: Ns = clock.now() + LONGEST_QUIET_NS;
  let before = -1;
  let answers = counter.read();
  while (answers > before && clock.now() < latestNs) {
    batch.discardAll();
    // When each has its answer, none is on its way.
    waiter.untilExactly(clock.now() + (link.deliversLater && answers < sent ? QUIET_OF_BACKLOG_NS : QUIET_NS));
    before = answers;
    answers = counter.read();
  }
  batch.discardAll();
  return answers;
}
