/** The queues of each listener over time: what steps saw that looked at sockets, and what the harness saw between them. */
import type { Timeline } from '../../timeline/timeline';
import type { Observation, SocketEntry, Trace } from '../../trace/trace';
import { lineOfStep } from './place';
import type { QueuePoint, QueueView } from './view';

/** Without cookies, a quarter of it is kept for peers that are known: tcp_conn_request in net/ipv4/tcp_input.c. */
const SYN_BACKLOG = 'net.ipv4.tcp_max_syn_backlog';

/** One view for each listener that was seen, in the order of address and port. */
export function queueViews({ timeline, observations }: Trace): readonly QueueView[] {
  const byListener = new Map<string, QueuePoint[]>();
  for (const observation of observations) {
    const line = observation.kind === 'sampled' ? lineOfStep(observation.step, timeline) : undefined;
    for (const [listener, point] of pointsOf(observation)) {
      const points = byListener.get(listener) ?? [];
      points.push({ ...point, ...(line === undefined ? {} : { line }) });
      byListener.set(listener, points);
    }
  }
  return [...byListener]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([listener, points]) => ({ listener, points, synBounds: synBounds(timeline) }));
}

/** What one look saw of each listener. */
function pointsOf(observation: Observation): readonly (readonly [listener: string, QueuePoint])[] {
  if (observation.kind === 'watched') {
    const { atNs, listeners } = observation;
    return listeners.map((one) => [
      nameOf(one.localAddress, one.localPort),
      { atNs, accept: one.acceptQueue, syn: one.synQueue, limit: one.limit },
    ]);
  }
  if (observation.kind !== 'sampled') return [];
  const { atNs, sample } = observation;
  const { sockets = [] } = sample;
  return sockets
    .filter(({ state }) => state === 'LISTEN')
    .map(({ localAddress, localPort, receiveQueue, sendQueue }) => [
      nameOf(localAddress, localPort),
      { atNs, accept: receiveQueue, syn: requests(sockets, localPort), limit: sendQueue },
    ]);
}

function nameOf(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function requests(sockets: readonly SocketEntry[], port: number): number {
  return sockets.filter(({ state, localPort }) => state === 'SYN_RECV' && localPort === port).length;
}

function synBounds({ sysctls }: Timeline): QueueView['synBounds'] {
  return sysctls
    .filter(({ name, value }) => name === SYN_BACKLOG && Number.isFinite(Number(value)))
    .map(({ name, value }) => ({ name, value: Number(value) }));
}
