/** `flood`: one segment from each of many peers, and how many answers there must be. */
import { labelOf } from '../label';
import type { FieldExpectation, Step } from '../model';
import { errorAt } from '../snippet';
import { integerAt, isUsable, textAt } from './access';
import { packetAt } from './lower-packet';
import { readNumber } from './lower-sample';
import { makeStep, whenOf } from './step-parts';
import type { StepSource } from './step-parts';
import { child, entryOf } from './tree';
import type { Tree } from './tree';

export function lowerFlood(source: StepSource): readonly Step[] {
  const { complaints } = source;
  const tree = child(source.tree, 'flood');
  if (tree?.kind !== 'map') return [];
  const packet = packetAt(tree, 'segment', 'inject', complaints);
  const count = integerAt(tree, 'count');
  const answered = answeredOf(tree, source);
  const when = whenOf(source, false);
  if (packet === undefined || count === undefined) return [];
  if (packet.kind !== 'tcp') {
    const span = entryOf(tree, 'segment')?.value.span ?? source.span;
    complaints.report(errorAt(span, 'not-supported', 'a flood is made of TCP segments'));
    return [];
  }
  if (packet.encapsulation !== undefined) {
    const span = entryOf(tree, 'segment')?.value.span ?? source.span;
    complaints.report(errorAt(span, 'not-supported', 'a flood has no tunnels'));
    return [];
  }
  const label = labelOf(`flood of ${count}`, textAt(tree, 'segment'));
  const action = { kind: 'flood', packet, count, ...(answered === undefined ? {} : { answered }) } as const;
  return [makeStep(source, { label, action, when })];
}

function answeredOf(tree: Tree, { complaints }: StepSource): FieldExpectation | undefined {
  const entry = entryOf(tree, 'answered');
  if (entry?.value.kind !== 'scalar' || !isUsable(entry.value)) return undefined;
  const value = readNumber(entry.value, complaints);
  return value === undefined ? undefined : { name: 'answered', span: entry.keySpan, value };
}
