/**
 * What all steps have in common: where they stand, their connection, their time, how they are named.
 */
import type { Scope } from '../expression/expression';
import type { ConnectionReference, KernelBound, PacketNotation, Step, StepAction, ToleranceText, When } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { TCP_FLAG } from '../../wire/wire';
import { durationAt, nameAt, textAt, whenAt } from './access';
import type { NameBook } from './name-book';
import { entryOf } from './tree';
import type { Tree } from './tree';

/** Where a step stands among the others. */
export interface Surroundings {
  readonly scope: Scope;
  /** The connection of steps that name none; absent outside of `repeat ... as`, where it is `default`. */
  readonly connection?: string;
  /** `filler 3 of 6`. */
  readonly repetition?: string;
  /** The kernels on which steps count here; empty for all. */
  readonly kernel: readonly KernelBound[];
  readonly depth: number;
}

/** A step that is being read, with what reading needs. */
export interface StepSource {
  readonly tree: Tree;
  /** The key that says what the step does. */
  readonly action: string;
  readonly span: Span;
  readonly surroundings: Surroundings;
  readonly names: NameBook;
  readonly complaints: Complaints;
  /** The line (from 1) of an offset into the file. */
  lineOf(offset: number): number;
}

const PROMPT: When = { kind: 'prompt' };
/** A hard window: not a moment outside of it. */
export const EXACTLY: ToleranceText = { earlyNs: 0, lateNs: 0, percent: 0 };
/** Hard on the late side alone: a group's segments may answer steps that stand before the last one. */
export const NOT_LATER: ToleranceText = { lateNs: 0, percent: 0 };

/** The place of an action: from its key to the end of its value. */
export function actionSpan(tree: Tree, action: string): Span {
  const entry = entryOf(tree, action);
  return entry === undefined
    ? tree.span
    : { start: entry.keySpan.start, end: Math.max(entry.keySpan.end, entry.value.span.end) };
}

/** The connection that a step (or a member of a group) names, or else the one of its surroundings. */
export function connectionOf(tree: Tree, source: StepSource): ConnectionReference {
  const written = nameAt(tree, 'connection', 'connection', source.complaints);
  return written ?? { name: source.surroundings.connection ?? 'default', span: source.span };
}

/** The connection, where only a written one counts. */
export function writtenConnection(source: StepSource): ConnectionReference | undefined {
  return entryOf(source.tree, 'connection') === undefined ? undefined : connectionOf(source.tree, source);
}

/** Notes that something is looked for on a connection. Only one that is named can be misnamed. */
export function useConnection(tree: Tree, connection: ConnectionReference, source: StepSource): void {
  if (entryOf(tree, 'connection') === undefined) source.names.openConnection(connection.name);
  else source.names.useConnection(connection);
}

/** A SYN begins a connection; anything else must belong to one. */
export function noteExpected(
  tree: Tree,
  connection: ConnectionReference,
  packet: PacketNotation,
  source: StepSource,
): void {
  const isOpening = packet.kind === 'tcp' && (packet.flags & (TCP_FLAG.SYN | TCP_FLAG.ACK)) === TCP_FLAG.SYN;
  if (isOpening || packet.kind !== 'tcp') source.names.openConnection(connection.name);
  else useConnection(tree, connection, source);
}

/** `at`, or at once. */
export function whenOf(source: StepSource, ranges: boolean): When {
  return whenAt(source.tree, 'at', { ranges }, source.complaints) ?? PROMPT;
}

/** `at` or `within` of an expectation; `within` is a hard window from the step before. */
export function windowOf(source: StepSource): { readonly when: When; readonly hard: boolean } {
  const { tree, complaints } = source;
  const when = whenOf(source, true);
  const withinNs = durationAt(tree, 'within', complaints);
  if (withinNs === undefined) return { when, hard: false };
  const at = entryOf(tree, 'at');
  if (at !== undefined) {
    complaints.report(
      errorAt(
        at.keySpan,
        'bad-time',
        'this step has both `at` and `within`',
        'keep one: `within: 50ms` is a hard limit, `at: +0s~+50ms` has the tolerance around it',
      ),
    );
  }
  return { when: hardWindow('previous', 0, withinNs), hard: true };
}

export function hardWindow(anchor: 'previous' | 'connection', startNs: number, endNs: number): When {
  return { kind: 'window', anchor, startNs, endNs };
}

/** Whether a time is counted from the last segment of the step's connection. */
export function needsConnection(when: When): boolean {
  return when.kind === 'window' && when.anchor === 'connection';
}

/** The text of the action, as it was written. */
export function actionText(source: StepSource): string {
  return textAt(source.tree, source.action) ?? '';
}

interface StepParts {
  readonly label: string;
  readonly action: StepAction;
  readonly when?: When;
  readonly connection?: ConnectionReference | undefined;
  readonly tolerance?: ToleranceText | undefined;
}

/** Puts a step together. */
export function makeStep(source: StepSource, { label, action, when, connection, tolerance }: StepParts): Step {
  const { span, surroundings } = source;
  return {
    span,
    label,
    ...(surroundings.repetition === undefined ? {} : { repetition: surroundings.repetition }),
    ...(connection === undefined ? {} : { connection }),
    when: when ?? PROMPT,
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(surroundings.kernel.length === 0 ? {} : { kernel: surroundings.kernel }),
    action,
  };
}
