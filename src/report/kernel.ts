/** What the kernel told, in words for people. */
import { type KernelNote, printLoss } from '../match/kernel-events';
import type { RunResult } from '../suite/suite';
import type { Paint } from './paint';

/** One line; `undefined` for what the segments show by themselves. */
export function kernelText({ event }: KernelNote): string | undefined {
  switch (event.kind) {
    case 'state':
      return `state ${event.from} -> ${event.to}`;
    case 'reset':
      return event.by === 'peer'
        ? 'reset by the peer'
        : `reset by the kernel${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'congestion':
      return `congestion control: ${event.state}`;
    case 'bad-checksum':
      return 'wrong TCP checksum';
    case 'drop':
      return `a packet of its own ${printLoss({ ...event, kind: 'dropped' })}`;
    case 'flood':
      return `of the flood's ${event.sent} segments, refused in ${event.function}: ${Object.entries(event.counters)
        .map(([name, by]) => `${name} ${by}`)
        .join(', ')}`;
    case 'retransmit':
      return undefined;
  }
}

/** What a reader must know about the events of a run: that some are missing, or how to get them. */
export function eventRemarks({ trace, verdict }: RunResult, paint: Paint): readonly string[] {
  if (trace === undefined) return [];
  const { events } = trace.environment;
  if (events !== undefined) return events.missing.map((line) => paint('dim', `kernel events: ${line}`));
  // Those of a host elsewhere cannot be had.
  if (trace.timeline.network.link === 'target') return [];
  const isWorthIt = verdict.status === 'failed' && verdict.crossed.some(({ direction }) => direction === 'in');
  return isWorthIt ? [paint('dim', 'hint: --events shows which segments the kernel dropped, and why')] : [];
}
