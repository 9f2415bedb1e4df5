/**
 * Assertions about what the kernel told: which injected segments it dropped, how sockets changed their state, who reset.
 */
import { labelOf } from '../label';
import type { DropExpectation, EventExpectation, Step } from '../model';
import { parsePacket } from '../notation/segment';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import { normaliseState } from '../states';
import { durationAt, isUsable, nameAt, snippetAtKey, textAt } from './access';
import { unknownState } from './lower-sample';
import { connectionOf, makeStep, type StepSource, useConnection, whenOf } from './step-parts';
import { child, entryOf } from './tree';
import type { ScalarTree, Tree } from './tree';

export type EventKind = EventExpectation['kind'];

/** The step of an assertion; none when it is faulty, which is reported. */
export function lowerKernelEvents(source: StepSource, kind: EventKind): readonly Step[] {
  const { tree, complaints, surroundings } = source;
  const events = lowerExpectation(child(tree, kind), kind, source);
  const when = whenOf(source, false);
  const withinNs = durationAt(tree, 'within', complaints);
  // Drops are looked for on all connections, where none is named.
  const isNamed = entryOf(tree, 'connection') !== undefined || surroundings.connection !== undefined;
  const connection = kind !== 'drops' || isNamed ? connectionOf(tree, source) : undefined;
  if (connection !== undefined) useConnection(tree, connection, source);
  if (events === undefined) return [];
  const action = { kind: 'events', events, ...(withinNs === undefined ? {} : { withinNs }) } as const;
  return [makeStep(source, { label: labelOf(kind, describe(events)), action, when, connection })];
}

function lowerExpectation(tree: Tree | undefined, kind: EventKind, source: StepSource): EventExpectation | undefined {
  const { complaints } = source;
  switch (kind) {
    case 'drops':
      if (tree?.kind !== 'list') return undefined;
      return { kind, drops: tree.items.map((item) => lowerDrop(item, source)) };
    case 'states':
      if (tree?.kind !== 'list') return undefined;
      return { kind, changes: tree.items.flatMap((item) => readChange(item, complaints) ?? []) };
    case 'reset': {
      const by = textAt(tree, 'by');
      if (by !== 'kernel' && by !== 'peer') return undefined;
      return { kind, by, ...reasonsOf(tree, complaints) };
    }
  }
}

function lowerDrop(tree: Tree, source: StepSource): DropExpectation {
  const { complaints } = source;
  const snippet = snippetAtKey(tree, 'segment');
  const packet = snippet === undefined ? undefined : parsePacket(snippet, 'expect', complaints);
  const span = child(tree, 'segment')?.span ?? tree.span;
  if (packet?.kind === 'icmp') complaints.report(errorAt(span, 'not-supported', '`drops` is for TCP segments and UDP'));
  const connection = nameAt(tree, 'connection', 'connection', complaints);
  if (connection !== undefined) source.names.useConnection(connection);
  const name = textAt(tree, 'function');
  return {
    ...(packet === undefined || packet.kind === 'icmp' ? {} : { packet }),
    ...(connection === undefined ? {} : { connection }),
    ...reasonsOf(tree, complaints),
    ...(name === undefined ? {} : { function: name }),
  };
}

/** One name or several, as in the kernel's enums or as the tracepoints print them. */
function reasonsOf(tree: Tree | undefined, complaints: Complaints): { readonly reasons?: readonly string[] } {
  const value = child(tree, 'reason');
  if (value === undefined) return {};
  const scalars = (value.kind === 'list' ? value.items : [value]).filter(isUsableScalar);
  return {
    reasons: scalars.map(({ text, span }) => {
      const name = text.trim().replace(/^(?:SKB_DROP_REASON|SK_RST_REASON|SKB)_(?=.)/, '');
      if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
        const hint = 'as in `enum skb_drop_reason`, without its prefix: `TCP_LISTEN_OVERFLOW`';
        complaints.report(errorAt(span, 'bad-value', `\`${text}\` is not the name of a reason`, hint));
      }
      return name;
    }),
  };
}

function isUsableScalar(tree: Tree): tree is ScalarTree {
  return tree.kind === 'scalar' && isUsable(tree);
}

/** `SYN_RECV -> ESTABLISHED`, in any spelling of the states. */
function readChange(tree: Tree, complaints: Complaints): string | undefined {
  if (!isUsableScalar(tree)) return undefined;
  const ends = tree.text.split('->').map((end) => end.trim());
  if (ends.length !== 2) {
    const hint = 'for example `SYN_RECV -> ESTABLISHED`';
    complaints.report(errorAt(tree.span, 'bad-value', `\`${tree.text}\` is not a change of state`, hint));
    return undefined;
  }
  const states = ends.map((end) => {
    const state = normaliseState(end);
    if (state === undefined) complaints.report(unknownState(end, tree.span));
    return state;
  });
  return states.includes(undefined) ? undefined : states.join(' -> ');
}

function describe(events: EventExpectation): string {
  switch (events.kind) {
    case 'drops':
      return events.drops.length === 0 ? 'none' : String(events.drops.length);
    case 'states':
      return events.changes.join(', ') || 'none';
    case 'reset':
      return `by the ${events.by}`;
  }
}
