/** A compiled timeline as text: what `packetspec show` prints. */
import { formatDuration } from '../base/nanoseconds';
import { printBound } from '../spec/kernel-bound';
import type { When } from '../spec/model';
import type { Timeline, TimelineStep } from '../timeline/timeline';

/** Addresses and sysctls, the connections with their ports, and the numbered steps with their times. */
export function timelineLines(timeline: Timeline): readonly string[] {
  const { network, connections, sysctls, steps } = timeline;
  return [
    `${timeline.file} [${timeline.variant.label}] ${timeline.name}`,
    `  network     ${network.localAddress}/${network.localPrefixLength} (kernel) - ${network.remoteAddress}/${network.remotePrefixLength} (harness), mtu ${network.mtu}, link ${network.link}`,
    ...sysctls.map(({ name, value }) => `  sysctl      ${name} = ${value}`),
    ...(timeline.server === undefined
      ? []
      : [`  server      ${timeline.server.command} (port ${timeline.server.port})`]),
    ...connections.map(
      (one) =>
        `  connection  ${one.name}: ${one.role}, kernel port ${one.localPort ?? 'learned'}, harness ${one.remoteAddress} port ${one.remotePort}`,
    ),
    ...steps.map(
      (step) =>
        `  ${String(step.index).padStart(4)}  line ${String(step.place.line).padEnd(4)} ${printWhen(step.when).padEnd(18)} ${nameOf(step, timeline)}${step.label}${printCondition(step)}`,
    ),
  ];
}

function nameOf({ connection }: TimelineStep, timeline: Timeline): string {
  const name = connection === undefined ? undefined : timeline.connections[connection]?.name;
  return name === undefined ? '' : `${name}: `;
}

function printCondition({ kernel }: TimelineStep): string {
  return kernel === undefined ? '' : ` (when kernel ${kernel.map(printBound).join(' ')})`;
}

/** The time as a spec writes it. */
function printWhen(when: When): string {
  if (when.kind === 'prompt') return 'at once';
  if (when.kind === 'any') return `any (${formatDuration(when.limitNs)})`;
  const sign = { start: '', previous: '+', connection: 'last+' }[when.anchor];
  const start = `${sign}${formatDuration(when.startNs)}`;
  return when.startNs === when.endNs ? start : `${start}~${sign}${formatDuration(when.endNs)}`;
}
