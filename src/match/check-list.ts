/** The checks of a run as they come, and whether one of them ended it. */
import type { Ns } from '../base/nanoseconds';
import type { TimelineStep } from '../timeline/timeline';
import type { PacketPattern } from '../wire/pattern';
import { printPacket, printPattern } from '../wire/print';
import type { IpVersion } from '../wire/wire';
import type { SeenPacket } from './connections';
import { scriptViewFor } from './fit';
import type { Check, CheckKind, Mismatch } from './match';
import type { FieldResult } from './sample';

export interface CheckListSettings {
  readonly version: IpVersion;
  /** Segments that differ are reported, but do not fail (packetdrill's --non_fatal=packet). */
  readonly toleratesPackets: boolean;
  readonly notes: 'printed' | 'none';
}

export class CheckList {
  readonly checks: Check[] = [];
  readonly #settings: CheckListSettings;
  #broken = false;

  constructor(settings: CheckListSettings) {
    this.#settings = settings;
  }

  /** Whether a failed step ended the run. Failed samples do not: they change nothing that follows. */
  get stopped(): boolean {
    return this.#broken;
  }

  /** A comparison that passes when there is neither a mismatch nor a message. */
  add(step: TimelineStep, kind: CheckKind, atNs: Ns, mismatches: readonly Mismatch[], message?: string): void {
    const passed = mismatches.length === 0 && message === undefined;
    const said = message === undefined ? {} : { message };
    this.#push({ step: step.index, kind, passed, title: step.label, mismatches, atNs, ...said });
  }

  /** As `add`, for what changes nothing that follows: a failure does not end the run. */
  remark(step: TimelineStep, kind: CheckKind, atNs: Ns, mismatches: readonly Mismatch[], message?: string): void {
    const passed = mismatches.length === 0 && message === undefined;
    const said = message === undefined ? {} : { message };
    this.checks.push({ step: step.index, kind, passed, title: step.label, mismatches, atNs, ...said });
  }

  /** A segment that came where one was expected. */
  segment(
    step: TimelineStep,
    title: string,
    { pattern, packet }: { readonly pattern: PacketPattern; readonly packet: SeenPacket },
    mismatches: readonly Mismatch[],
    message?: string,
  ): void {
    const fits = mismatches.length === 0;
    const said =
      message ?? (fits || !this.#settings.toleratesPackets ? undefined : 'differs, which --non_fatal=packet allows');
    this.#push({
      step: step.index,
      kind: 'segment',
      passed: fits || this.#settings.toleratesPackets,
      title,
      mismatches,
      ...(said === undefined ? {} : { message: said }),
      ...this.#notesOf(pattern, packet),
      atNs: packet.atNs,
    });
  }

  /** An expected segment did not come. */
  missed(step: TimelineStep, title: string, pattern: PacketPattern, atNs: Ns, message: string): void {
    const expected = printPattern(pattern, this.#settings.version);
    this.#push({ step: step.index, kind: 'segment', passed: false, title, mismatches: [], message, expected, atNs });
  }

  /** One check for each field of a sample. */
  sample(step: TimelineStep, kind: CheckKind, results: readonly FieldResult[], atNs: Ns): void {
    for (const { field, observed, mismatch } of results) {
      this.checks.push({
        step: step.index,
        kind,
        passed: mismatch === undefined,
        title: `${kind} ${field.name}`,
        mismatches: mismatch === undefined ? [] : [mismatch],
        observed: String(observed ?? 'absent'),
        atNs,
      });
    }
  }

  #notesOf(pattern: PacketPattern, packet: SeenPacket): Pick<Check, 'expected' | 'observed'> {
    if (this.#settings.notes === 'none') return {};
    return {
      expected: printPattern(pattern, this.#settings.version),
      observed: printPacket(scriptViewFor(pattern, packet)),
    };
  }

  #push(check: Check): void {
    this.checks.push(check);
    if (!check.passed) this.#broken = true;
  }
}
