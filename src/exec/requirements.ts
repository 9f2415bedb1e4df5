/** Whether this host has what a spec requires. */
import type { Host, Run } from '../host/host';
import { printBound, unmetBound } from '../spec/kernel-bound';
import type { EventExpectation, Requirements } from '../spec/model';
import type { Timeline } from '../timeline/timeline';
import type { EventPart, EventSupport } from '../trace/kernel-event';

/** Why the spec cannot be run here, for the user; `undefined` when it can. */
export function unmetRequirement(requirements: Requirements, host: Host, run: Run): string | undefined {
  const [unsupported] = requirements.unsupported;
  if (unsupported !== undefined) return `needs ${unsupported}, which packetspec does not have`;
  const bound = unmetBound(requirements.kernel, host.facts.kernel);
  if (bound !== undefined) return `requires kernel ${printBound(bound)}; this is ${host.facts.kernel}`;
  const sysctl = requirements.sysctls.find((name) => !run.hasSysctl(name));
  if (sysctl !== undefined) return `requires sysctl ${sysctl}, which a network namespace of this kernel does not have`;
  const command = requirements.commands.find((name) => !host.hasCommand(name));
  return command === undefined ? undefined : `requires command ${command}, which is not installed`;
}

/** Why what the spec asserts about kernel events cannot be known here; `undefined` when it can. */
export function unmetEvents({ steps }: Timeline, support: EventSupport | undefined): string | undefined {
  for (const { action, place } of steps) {
    if (action.kind !== 'events') continue;
    const lacking = partsOf(action.events).find((part) => support?.available.includes(part) !== true);
    if (lacking === undefined) continue;
    const why = support?.missing.map((line) => `; ${line}`).join('') ?? '';
    return `line ${place.line} needs the kernel's ${lacking}${why}`;
  }
  return undefined;
}

function partsOf(events: EventExpectation): readonly EventPart[] {
  switch (events.kind) {
    case 'drops':
      return events.drops.some(({ reasons }) => reasons !== undefined) ? ['drops', 'drop reasons'] : ['drops'];
    case 'states':
      return ['states'];
    case 'reset':
      return events.reasons === undefined ? ['resets'] : ['resets', 'reset reasons'];
  }
}
