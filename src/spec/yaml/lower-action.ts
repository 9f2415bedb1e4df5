/**
 * One step of the text -> one step of the model; `retransmit` becomes several.
 */
import { reachesOut } from '../arguments';
import { labelOf } from '../label';
import type { GroupMember, Step } from '../model';
import { parseCall } from '../notation/call';
import { durationAt, flagAt, integerAt, nameAt, snippetAtKey, textAt, toleranceAt, whenAt } from './access';
import { lowerFlood } from './lower-flood';
import { lowerSysctls } from './lower-header';
import { lowerKernelEvents } from './lower-kernel-events';
import { packetAt } from './lower-packet';
import { lowerRetransmit } from './lower-retransmit';
import { lowerRst } from './lower-rst';
import { describeSample, lowerSample } from './lower-sample';
import type { SampleKind } from './lower-sample';
import type { ActionKey } from './schema';
import { lowerScript } from './lower-script';
import {
  actionSpan,
  actionText,
  connectionOf,
  EXACTLY,
  hardWindow,
  makeStep,
  NOT_LATER,
  needsConnection,
  noteExpected,
  useConnection,
  whenOf,
  windowOf,
  writtenConnection,
} from './step-parts';
import type { StepSource } from './step-parts';
import { child, entryOf } from './tree';
import type { Tree } from './tree';

/** The steps that this one means; none when it is faulty, which is reported. */
export function lowerAction(action: Exclude<ActionKey, 'repeat'>, source: StepSource): readonly Step[] {
  switch (action) {
    case 'inject':
      return lowerInject(source);
    case 'expect':
      return lowerExpect(source);
    case 'any_order':
      return lowerAnyOrder(source);
    case 'only':
      return lowerOnly(source);
    case 'silence':
      return lowerSilence(source);
    case 'flood':
      return lowerFlood(source);
    case 'retransmit':
      return lowerRetransmit(source);
    case 'rst':
      return lowerRstStep(source);
    case 'call':
      return lowerCall(source);
    case 'script':
      return lowerScript(source);
    case 'sysctl':
      return lowerSysctlStep(source);
    case 'mark':
      return lowerMark(source);
    case 'wait':
      return lowerWait(source);
    case 'queue':
    case 'sockets':
    case 'socket':
    case 'counters':
    case 'tcp_info':
    case 'proc_net_tcp':
      return lowerSampleStep(source, action);
    case 'drops':
    case 'states':
    case 'reset':
      return lowerKernelEvents(source, action);
  }
}

function lowerInject(source: StepSource): readonly Step[] {
  const { tree, complaints, names } = source;
  const packet = packetAt(tree, 'inject', 'inject', complaints);
  const connection = connectionOf(tree, source);
  names.openConnection(connection.name);
  const when = whenOf(source, false);
  const tolerance = toleranceAt(tree, 'tolerance', complaints);
  if (packet === undefined) return [];
  return [
    makeStep(source, {
      label: labelOf('inject', actionText(source)),
      action: { kind: 'inject', packet },
      when,
      connection,
      tolerance,
    }),
  ];
}

function lowerExpect(source: StepSource): readonly Step[] {
  const { tree, complaints } = source;
  const packet = packetAt(tree, 'expect', 'expect', complaints);
  const connection = connectionOf(tree, source);
  const { when, hard } = windowOf(source);
  const tolerance = toleranceAt(tree, 'tolerance', complaints) ?? (hard ? EXACTLY : undefined);
  const optional = flagAt(tree, 'optional') ?? false;
  if (packet === undefined) return [];
  noteExpected(tree, connection, packet, source);
  const label = labelOf('expect', actionText(source), optional ? '(optional)' : undefined);
  return [makeStep(source, { label, action: { kind: 'expect', packet, optional }, when, connection, tolerance })];
}

function lowerAnyOrder(source: StepSource): readonly Step[] {
  const { when, hard } = windowOf(source);
  const tolerance = toleranceAt(source.tree, 'tolerance', source.complaints) ?? (hard ? NOT_LATER : undefined);
  const members = membersOf(source);
  const connection =
    writtenConnection(source) ?? (needsConnection(when) ? connectionOf(source.tree, source) : undefined);
  if (members.length === 0) return [];
  const label = labelOf('any order:', describeMembers(members));
  return [
    makeStep(source, { label, action: { kind: 'group', members, exclusive: false }, when, connection, tolerance }),
  ];
}

function lowerOnly(source: StepSource): readonly Step[] {
  const durationNs = durationAt(source.tree, 'for', source.complaints);
  const members = membersOf(source);
  if (members.length === 0 || durationNs === undefined) return [];
  const label = labelOf('only', describeMembers(members), 'for', textAt(source.tree, 'for'));
  return [
    makeStep(source, {
      label,
      action: { kind: 'group', members, exclusive: true, durationNs },
      connection: writtenConnection(source),
    }),
  ];
}

function describeMembers(members: readonly GroupMember[]): string {
  return members.map(({ label }) => label.replace(/^expect /, '')).join('; ');
}

function membersOf(source: StepSource): readonly GroupMember[] {
  const list = child(source.tree, source.action);
  const outer = entryOf(source.tree, 'connection') === undefined ? undefined : connectionOf(source.tree, source);
  const items = list?.kind === 'list' ? list.items : [];
  return items.flatMap((item) => lowerMember(item, source, outer?.name) ?? []);
}

/** A member without a connection has that of its group. */
function lowerMember(tree: Tree, source: StepSource, outer: string | undefined): GroupMember | undefined {
  const packet = packetAt(tree, 'expect', 'expect', source.complaints);
  if (packet === undefined) return undefined;
  const span = actionSpan(tree, 'expect');
  const surroundings = outer === undefined ? source.surroundings : { ...source.surroundings, connection: outer };
  const own: StepSource = { ...source, span, surroundings };
  const connection = connectionOf(tree, own);
  noteExpected(tree, connection, packet, own);
  return { span, label: labelOf('expect', textAt(tree, 'expect')), connection, packet };
}

function lowerSilence(source: StepSource): readonly Step[] {
  const durationNs = durationAt(source.tree, 'silence', source.complaints);
  const connection = writtenConnection(source);
  if (connection !== undefined) useConnection(source.tree, connection, source);
  if (durationNs === undefined) return [];
  const label = labelOf('silence', actionText(source), connection === undefined ? undefined : `on ${connection.name}`);
  return [makeStep(source, { label, action: { kind: 'silence', durationNs }, connection })];
}

function lowerRstStep(source: StepSource): readonly Step[] {
  const rst = lowerRst(child(source.tree, 'rst'), 'previous', source.complaints);
  const connection = connectionOf(source.tree, source);
  useConnection(source.tree, connection, source);
  if (rst === undefined) return [];
  const { label, packet, when } = rst;
  return [
    makeStep(source, {
      label,
      action: { kind: 'expect', packet, optional: false },
      when,
      connection,
      tolerance: EXACTLY,
    }),
  ];
}

function lowerCall(source: StepSource): readonly Step[] {
  const { tree, complaints, names, surroundings } = source;
  const snippet = snippetAtKey(tree, 'call');
  const call = snippet === undefined ? undefined : parseCall(snippet, complaints);
  const when = whenOf(source, false);
  const returns = whenAt(tree, 'returns', { ranges: true }, complaints);
  const tolerance = toleranceAt(tree, 'tolerance', complaints);
  const given = /=\s*([a-z]\w*)\s*$/.exec(snippet?.text ?? '')?.[1];
  if (call !== undefined) names.noteCall(call);
  else if (given !== undefined) names.assumeSocket(given);
  // Of most calls it does not matter which connection they belong to; of those that reach out, it does.
  const isAboutOne = (call !== undefined && reachesOut(call)) || needsConnection(when);
  const isNamed = entryOf(tree, 'connection') !== undefined || surroundings.connection !== undefined;
  const connection = isAboutOne || isNamed ? connectionOf(tree, source) : undefined;
  if (connection !== undefined) names.openConnection(connection.name);
  if (call === undefined) return [];
  const action = { kind: 'call', call, ...(returns === undefined ? {} : { returns }) } as const;
  return [makeStep(source, { label: labelOf('call', actionText(source)), action, when, connection, tolerance })];
}

/** One step for each name. */
function lowerSysctlStep(source: StepSource): readonly Step[] {
  const when = whenOf(source, false);
  const sysctls = lowerSysctls(child(source.tree, 'sysctl'), source.complaints);
  return sysctls.map(({ name, value }, index) =>
    makeStep(source, {
      label: labelOf('sysctl', `${name} = ${value}`),
      action: { kind: 'sysctl', name, value },
      when: index === 0 ? when : { kind: 'prompt' },
    }),
  );
}

function lowerMark(source: StepSource): readonly Step[] {
  const mark = nameAt(source.tree, 'mark', 'mark', source.complaints);
  const when = whenOf(source, false);
  if (mark === undefined) return [];
  source.names.mark(mark);
  const connection = needsConnection(when) ? connectionOf(source.tree, source) : undefined;
  return [
    makeStep(source, {
      label: labelOf('mark', mark.name),
      action: { kind: 'mark', name: mark.name },
      when,
      connection,
    }),
  ];
}

function lowerWait(source: StepSource): readonly Step[] {
  const durationNs = durationAt(source.tree, 'wait', source.complaints);
  if (durationNs === undefined) return [];
  const when = hardWindow('previous', durationNs, durationNs);
  return [makeStep(source, { label: labelOf('wait', actionText(source)), action: { kind: 'wait' }, when })];
}

function lowerSampleStep(source: StepSource, kind: SampleKind): readonly Step[] {
  const { tree, complaints } = source;
  const sample = lowerSample(tree, kind, source.names, complaints);
  const when = whenOf(source, false);
  const withinNs = durationAt(tree, 'within', complaints);
  const ofConnection =
    kind === 'socket' || (kind === 'proc_net_tcp' && integerAt(child(tree, kind), 'port') === undefined);
  const connection = ofConnection || needsConnection(when) ? connectionOf(tree, source) : undefined;
  if (connection !== undefined) useConnection(tree, connection, source);
  if (sample === undefined) return [];
  const action = { kind: 'sample', sample, ...(withinNs === undefined ? {} : { withinNs }) } as const;
  return [makeStep(source, { label: labelOf(describeSample(tree, kind)), action, when, connection })];
}
