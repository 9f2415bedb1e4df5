/** A run drawn in time: what was injected on the left, what the kernel sent on the right, and the verdict below. */
import { formatDuration } from '../base/nanoseconds';
import { largest } from '../base/numbers';
import type { CrossedPacket } from '../match/connections';
import type { Verdict } from '../verify/verify';
import { printPacket } from '../wire/print';

/** A pause longer than this gets a line of its own. */
const PAUSE_NS = 100_000_000;

/** The ladder as lines. Injected segments point right, towards the kernel; the kernel's point left. */
export function ladderLines({ crossed }: Pick<Verdict, 'crossed'>): readonly string[] {
  const names = largest(
    7,
    crossed.map(({ connection }) => (connection ?? '-').length),
  );
  let previousNs: number | undefined;
  return [
    `${'time'.padStart(12)}  ${'conn'.padEnd(names)}  harness | kernel`,
    ...crossed.flatMap((packet) => {
      const pause = previousNs === undefined ? 0 : packet.atNs - previousNs;
      previousNs = packet.atNs;
      const gap = pause > PAUSE_NS ? [`${''.padStart(12)}  ${''.padEnd(names)}     ...  ${formatDuration(pause)}`] : [];
      return [...gap, ladderLine(packet, names)];
    }),
  ];
}

function ladderLine({ atNs, direction, connection, script }: CrossedPacket, names: number): string {
  const time = (atNs / 1e9).toFixed(6).padStart(12);
  const arrow = direction === 'in' ? '|----->|' : '|<-----|';
  return `${time}  ${(connection ?? '-').padEnd(names)}  ${arrow}  ${printPacket(script)}`;
}
