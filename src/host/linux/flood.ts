/** Many packets as fast as they can be written, with answers that nobody looks at: the kernel counts them. */
import { type Ns, NS_PER_MS } from '../../base/nanoseconds';
import { FLOOD_AHEAD, type FloodOutcome, type FloodRequest } from '../host';
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
  try {
    return packets.filtered(frameFilter(request.sources, { from: 0, to: 0, others: WHOLE }), () => {
      const startedNs = clock.now();
      const written = writeAll(link, request, (ns) => waiter.untilExactly(clock.now() + ns));
      const answered = awaitQuiet(link, counter, clock, waiter);
      return { startedNs, endedNs: clock.now(), ...written, answered };
    });
  } finally {
    counter.close();
  }
}

function writeAll(
  link: HarnessLink,
  { count, packetAt }: FloodRequest,
  sleep: (ns: Ns) => void,
): Pick<FloodOutcome, 'sent' | 'errno'> {
  const batch = link.openBatch();
  try {
    for (let sent = 0; sent < count; ) {
      const packets = Array.from({ length: Math.min(FLOOD_AHEAD, count - sent) }, (_, index) => packetAt(sent + index));
      const { taken, error } = writeSome(link, batch, packets, sleep);
      sent += taken;
      if (error < 0) return { sent, errno: errnoName(error) };
      // Before the device is full of them.
      link.discardAll();
    }
    return { sent: count, errno: '' };
  } finally {
    batch.close();
  }
}

/** The socket of a link that delivers later is full of what is on its way. */
function writeSome(
  link: HarnessLink,
  batch: PacketBatch,
  packets: readonly Uint8Array[],
  sleep: (ns: Ns) => void,
): BatchOutcome {
  let taken = 0;
  for (let tries = 0; taken < packets.length; ) {
    const outcome = batch.write(taken === 0 ? packets : packets.slice(taken));
    taken += outcome.taken;
    if (outcome.error === 0) continue;
    if (outcome.error !== -EAGAIN || !link.deliversLater || ++tries === FULL_TRIES)
      return { taken, error: outcome.error };
    sleep(FULL_NS);
  }
  return { taken, error: 0 };
}

/** @returns how many answers there were */
function awaitQuiet(link: HarnessLink, counter: FrameCounter, clock: RunClock, waiter: Waiter): number {
  const latestNs: Ns = clock.now() + LONGEST_QUIET_NS;
  let before = -1;
  let answers = counter.read();
  while (answers > before && clock.now() < latestNs) {
    link.discardAll();
    waiter.untilExactly(clock.now() + (link.deliversLater ? QUIET_OF_BACKLOG_NS : QUIET_NS));
    before = answers;
    answers = counter.read();
  }
  link.discardAll();
  return answers;
}
