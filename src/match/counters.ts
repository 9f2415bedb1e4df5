/** SNMP counters by the names that people use: `ListenDrops`, or `TcpExt.ListenDrops` where two groups share one. */
import type { CounterValues } from '../trace/trace';

/** Groups in which a bare name is looked for, in this order. */
const GROUPS = ['TcpExt', 'Tcp', 'IpExt', 'Ip', 'Icmp', 'Udp', 'MPTcpExt'];

/** The full name among those that the kernel knows; `undefined` when it has no such counter. */
export function resolveCounter(name: string, known: CounterValues): string | undefined {
  if (Object.hasOwn(known, name)) return name;
  return GROUPS.map((group) => `${group}.${name}`).find((full) => Object.hasOwn(known, full));
}

/**
 * How far a counter moved.
 * @param now only those counters that differ from the baseline
 * @param since the counters of the mark, likewise; absent: the baseline itself
 */
export function counterDelta(
  full: string,
  baseline: CounterValues,
  now: CounterValues,
  since: CounterValues | undefined,
): number {
  const start = baseline[full] ?? 0;
  return (now[full] ?? start) - (since?.[full] ?? start);
}
