/**
 * What happened in a run, in the order of time, each with the line of the spec that it belongs to: what every drawing
 * of a run is made of, the ladder and captures alike.
 */
import type { Ns } from '../base/nanoseconds';
import { type CrossedPacket, isStray } from '../match/connections';
import type { KernelNote } from '../match/kernel-events';
import type { Check } from '../match/match';
import type { RunResult } from '../suite/suite';
import type { Timeline } from '../timeline/timeline';
import { kernelText } from './kernel';
import { Repetitions } from './repetitions';

export type Evidence =
  | {
      readonly kind: 'segment';
      readonly atNs: Ns;
      readonly packet: CrossedPacket;
      /** Of the step that injected or took it. */
      readonly line?: number;
      readonly label?: string;
      /** 0 for what is new, else which repetition it is. */
      readonly repetition: number;
      /** No step took it. */
      readonly stray: boolean;
      /** What it was compared with; of a stray one, the check that it broke. */
      readonly check?: Check;
    }
  /** An expected segment that did not come. */
  | {
      readonly kind: 'missed';
      readonly atNs: Ns;
      readonly line: number;
      readonly connection: string | undefined;
      readonly check: Check;
    }
  /** Everything else that a step looked at, in one line: a call, a queue, silence. */
  | {
      readonly kind: 'note';
      readonly atNs: Ns;
      readonly line: number;
      readonly connection: string | undefined;
      readonly text: string;
      readonly failed: boolean;
    }
  /** What the kernel told, beside what became of the segments. */
  | {
      readonly kind: 'kernel';
      readonly atNs: Ns;
      readonly line?: undefined;
      readonly connection: string | undefined;
      readonly text: string;
    };

/** Everything that is known of a run, oldest first. */
export function evidenceOf({ run, verdict }: Pick<RunResult, 'run' | 'verdict'>): readonly Evidence[] {
  const { timeline } = run;
  const matched = new MatchedChecks(verdict.checks);
  const segments = segmentEvidence(verdict.crossed, matched, timeline);
  const rest = groupsOf(matched.rest()).map((group) => restEvidence(group, timeline));
  // Stable: at the same time a segment stands before what was said of it.
  return [...segments, ...verdict.kernel.flatMap(kernelEvidence), ...rest].sort(
    (left, right) => left.atNs - right.atNs,
  );
}

function kernelEvidence(note: KernelNote): readonly Evidence[] {
  const text = kernelText(note);
  return text === undefined ? [] : [{ kind: 'kernel', atNs: note.atNs, connection: note.connection, text }];
}

/** Why a check failed, in one line. */
export function whyFailed({ mismatches, message }: Check): string {
  const fields = mismatches.map(
    ({ field, expected, observed }) => `${field}: expected ${expected}, observed ${observed}`,
  );
  return [...fields, ...(message === undefined ? [] : [message])].join('; ');
}

/** Checks that are about one packet each, found by it; the others remain. */
class MatchedChecks {
  readonly #checks: readonly Check[];
  readonly #byKey = new Map<string, Check[]>();
  readonly #taken = new Set<Check>();

  constructor(checks: readonly Check[]) {
    this.#checks = checks;
    for (const check of checks) {
      const key = keyOfCheck(check);
      if (key === undefined) continue;
      const known = this.#byKey.get(key);
      if (known === undefined) this.#byKey.set(key, [check]);
      else known.push(check);
    }
  }

  take(packet: CrossedPacket): Check | undefined {
    const key = isStray(packet) ? strayKey(packet.atNs) : segmentKey(packet.step ?? 0, packet.atNs);
    const check = this.#byKey.get(key)?.shift();
    if (check !== undefined) this.#taken.add(check);
    return check;
  }

  rest(): readonly Check[] {
    return this.#checks.filter((check) => !this.#taken.has(check));
  }
}

function keyOfCheck({ kind, step, atNs, passed, observed }: Check): string | undefined {
  if (kind === 'segment') return observed === undefined ? undefined : segmentKey(step, atNs);
  const isAboutStray = kind === 'silence' || kind === 'group' || kind === 'strays';
  return isAboutStray && !passed ? strayKey(atNs) : undefined;
}

function segmentKey(step: number, atNs: Ns): string {
  return `${step} ${atNs}`;
}

function strayKey(atNs: Ns): string {
  return `stray ${atNs}`;
}

function segmentEvidence(
  crossed: readonly CrossedPacket[],
  matched: MatchedChecks,
  timeline: Timeline,
): readonly Evidence[] {
  const repetitions = new Repetitions();
  return crossed.map((packet): Evidence => {
    const check = packet.direction === 'out' ? matched.take(packet) : undefined;
    const step = packet.step === undefined ? undefined : timeline.steps[packet.step];
    const label = check?.title ?? step?.label;
    return {
      kind: 'segment',
      atNs: packet.atNs,
      packet,
      repetition: repetitions.number(packet),
      stray: isStray(packet),
      ...(step === undefined ? {} : { line: lineOf(step.index, label, timeline) }),
      ...(label === undefined ? {} : { label }),
      ...(check === undefined ? {} : { check }),
    };
  });
}

/** The fields of one sample belong together; everything else stands alone. */
function groupsOf(checks: readonly Check[]): readonly (readonly [Check, ...Check[]])[] {
  const groups: [Check, ...Check[]][] = [];
  for (const check of checks) {
    const last = groups.at(-1);
    if (last !== undefined && isField(check) && isSameSample(last[0], check)) last.push(check);
    else groups.push([check]);
  }
  return groups;
}

/** A check of one field of a sample is called by both. */
function isField({ kind, title, observed }: Check): boolean {
  return kind !== 'segment' && observed !== undefined && title.startsWith(`${kind} `);
}

function isSameSample(left: Check, right: Check): boolean {
  return left.step === right.step && left.kind === right.kind && left.atNs === right.atNs;
}

function restEvidence(group: readonly [Check, ...Check[]], timeline: Timeline): Evidence {
  const [first] = group;
  const { step, kind, title, atNs } = first;
  const where = { atNs, line: lineOf(step, title, timeline), connection: connectionOf(step, title, timeline) };
  if (kind === 'segment') return { kind: 'missed', ...where, check: first };
  const failed = group.some((check) => !check.passed);
  const text = isField(first) ? `${kind}: ${group.map(fieldText).join(', ')}` : noteText(first);
  return { kind: 'note', ...where, text, failed };
}

function fieldText({ kind, title, observed, mismatches }: Check): string {
  const expected = mismatches.map((mismatch) => ` (expected ${mismatch.expected})`).join('');
  return `${title.slice(kind.length + 1)} ${observed ?? ''}${expected}`;
}

function noteText(check: Check): string {
  return check.passed ? check.title : `${check.title}: ${whyFailed(check)}`;
}

function memberOf(step: number, title: string | undefined, { steps }: Timeline) {
  const action = steps[step]?.action;
  return action?.kind === 'group' ? action.members.find(({ label }) => label === title) : undefined;
}

function lineOf(step: number, title: string | undefined, timeline: Timeline): number {
  return (memberOf(step, title, timeline) ?? timeline.steps[step])?.place.line ?? 0;
}

function connectionOf(step: number, title: string, timeline: Timeline): string | undefined {
  const index = (memberOf(step, title, timeline) ?? timeline.steps[step])?.connection;
  return index === undefined ? undefined : timeline.connections[index]?.name;
}
