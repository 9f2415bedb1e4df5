/** What of a spec cannot be run against a host elsewhere, beside what no raw link carries. */
import type { Diagnostic } from '../spec/diagnostic';
import type { Spec } from '../spec/model';
import { optionSpan } from '../spec/option-span';
import type { Span } from '../spec/source';
import type { Network } from './timeline';

export const NOT_TO_TARGET_HINT = 'run it without --target, on the kernel of this machine';

export function notToTarget(what: string): string {
  return `this cannot be done with --target: ${what}`;
}

/** Everything that a spec asks for and a target does not have, each at its place. */
export function refusedByTarget(spec: Spec, network: Network): readonly Diagnostic[] {
  return [
    ...refusedSettings(spec, network),
    ...refusedOfScript(spec),
    ...refusedConnections(spec),
    ...refusedSteps(spec),
  ];
}

function refusedSettings({ file, network: settings, script }: Spec, { mtu }: Network): readonly Diagnostic[] {
  // A script has an MTU also when it says nothing.
  const isMtuSaid = script === undefined || file.text.includes('--mtu');
  const at = (option: string): Span => optionSpan(file.text, option);
  return [
    ...(settings.gsoSize === undefined ? [] : [refuse(at('mss'), 'merged segments (--mss)')]),
    ...(settings.speedMbps === undefined ? [] : [refuse(at('speed'), 'a speed (--speed)')]),
    ...(settings.mtu === undefined || settings.mtu === mtu || !isMtuSaid
      ? []
      : [refuse(at('mtu'), `an MTU of ${settings.mtu}, where the way there has ${mtu}`)]),
  ];
}

/** What a command changes on a host, nobody could bring back. */
function refusedOfScript({ script }: Spec): readonly Diagnostic[] {
  if (script === undefined) return [];
  const commands = [script.init, script.cleanup].filter((command) => command !== undefined);
  return commands.map(({ span }) => refuse(span, SHELL));
}

const SHELL = 'a shell command, since what it changes there could not be undone';

function refusedConnections({ connections }: Spec): readonly Diagnostic[] {
  return connections
    .filter(({ protocol }) => protocol === 'icmp')
    .map(({ span }) => refuse(span, 'a connection of ICMP, since this host answers echo requests itself'));
}

function refusedSteps({ steps, script }: Spec): readonly Diagnostic[] {
  return steps.flatMap(({ action, span }) => {
    if (action.kind === 'flood')
      return [refuse(span, "a flood, since its peers have addresses that are not this host's")];
    if (action.kind === 'command') return [refuse(span, SHELL)];
    const isInterpreted = action.kind === 'code' && script?.needsInterpreter === true;
    return isInterpreted ? [refuse(span, 'a code block that needs the interpreter')] : [];
  });
}

function refuse(span: Span, what: string): Diagnostic {
  return { severity: 'error', code: 'not-supported', span, message: notToTarget(what), hint: NOT_TO_TARGET_HINT };
}
