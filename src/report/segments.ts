/** Segments as lines: time, direction, connection, notation. `<` is injected, `>` comes from the kernel under test. */
import { NS_PER_S } from '../base/nanoseconds';
import { largest } from '../base/numbers';
import type { CrossedPacket } from '../match/connections';
import { printPacket } from '../wire/print';

/** One line for each packet. */
export function segmentLines(packets: readonly CrossedPacket[]): readonly string[] {
  const width = largest(
    0,
    packets.map(({ connection }) => (connection ?? '-').length),
  );
  return packets.map(({ atNs, direction, connection, script }) => {
    const time = (atNs / NS_PER_S).toFixed(6).padStart(11);
    return `${time} ${direction === 'in' ? '<' : '>'} ${(connection ?? '-').padEnd(width)}  ${printPacket(script)}`;
  });
}
