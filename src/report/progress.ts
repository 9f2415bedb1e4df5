/**
 * How far a suite is, in one line: runs done of all, what failed so far, how long it will still take, and what runs.
 * How long is estimated from what the specs wait for, and from how much longer than that the finished runs took.
 */
import { visible } from '../base/printable';
import { NS_PER_MS } from '../base/nanoseconds';
import { largest } from '../base/numbers';
import { expectedDurationNs } from '../suite/bounds';
import { labelOf } from '../suite/label';
import type { PlannedRun, RunResult, SuiteEvent } from '../suite/suite';
import { shorten } from './wrap';

/** What a run costs besides its waiting: a fresh network, reading, judging. */
const COST_MS = 100;
/** Until so much has been waited for, the pace is partly believed to be 1. */
const BELIEF_MS = 500;

interface Running {
  readonly run: PlannedRun;
  readonly attempt: number;
  readonly sinceMs: number;
}

export class SuiteProgress {
  readonly #nowMs: () => number;
  readonly #running = new Map<number, Running>();
  readonly #paces = new Map<string | undefined, Pace>();
  #runs = 0;
  #jobs = 1;
  #done = 0;
  #startedMs = 0;
  /** Expected of the runs that have not finished, by kernel. */
  readonly #openMs = new Map<string | undefined, number>();
  readonly #wrong = new Map<string, number>();
  #lastWrong: PlannedRun | undefined;

  /** @param nowMs any steady clock */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Takes what happens. */
  tell(event: SuiteEvent): void {
    switch (event.kind) {
      case 'suite-started':
        this.#runs = event.runs.length;
        this.#jobs = event.jobs ?? 1;
        this.#startedMs = this.#nowMs();
        for (const run of event.runs) this.#addOpen(run, 1);
        return;
      case 'run-started':
        this.#running.set(event.run.index, { run: event.run, attempt: event.attempt, sinceMs: this.#nowMs() });
        return;
      case 'run-finished':
        this.#finish(event.result);
        return;
      case 'suite-finished':
      case 'spec-warned':
      case 'spec-rejected':
    }
  }

  /** The line, no longer than that; empty when nothing runs. */
  line(columns: number): string {
    if (this.#runs === 0) return '';
    const parts = [`${this.#done}/${this.#runs} runs`, ...this.#wrongTexts(), this.#leftText(), this.#runningText()];
    return shorten(visible(parts.filter((part) => part !== '').join(', ')), columns);
  }

  /** How long it will still take. */
  leftMs(): number {
    const nowMs = this.#nowMs();
    const running = [...this.#running.values()].map((one) => {
      const expected = workMs(one.run) * this.#pace(one.run.kernel).factor;
      return {
        passedMs: Math.min(expected, nowMs - one.sinceMs),
        leftMs: Math.max(0, expected - (nowMs - one.sinceMs)),
      };
    });
    const open = [...this.#openMs].reduce((sum, [kernel, ms]) => sum + ms * this.#pace(kernel).factor, 0);
    const work = running.reduce((sum, { passedMs }) => sum - passedMs, open);
    return largest(
      Math.max(0, work) / this.#jobs,
      running.map(({ leftMs }) => leftMs),
    );
  }

  #finish({ run, verdict, durationMs, attempts }: RunResult): void {
    this.#done++;
    this.#running.delete(run.index);
    this.#addOpen(run, -1);
    // One that was not tried, for its length, says nothing of the pace.
    if (attempts > 0) this.#pace(run.kernel).add(workMs(run), durationMs);
    if (verdict.status === 'passed' || verdict.status === 'skipped') return;
    this.#wrong.set(verdict.status, (this.#wrong.get(verdict.status) ?? 0) + 1);
    this.#lastWrong = run;
  }

  #addOpen(run: PlannedRun, sign: 1 | -1): void {
    this.#openMs.set(run.kernel, (this.#openMs.get(run.kernel) ?? 0) + sign * workMs(run));
  }

  #pace(kernel: string | undefined): Pace {
    const known = this.#paces.get(kernel) ?? new Pace();
    this.#paces.set(kernel, known);
    return known;
  }

  #wrongTexts(): readonly string[] {
    const counts = [...this.#wrong].map(([status, count]) => `${count} ${status}`);
    const last = counts.length === 0 || this.#lastWrong === undefined ? '' : ` (last ${nameOf(this.#lastWrong)})`;
    return counts.map((text, index) => (index === counts.length - 1 ? text + last : text));
  }

  #leftText(): string {
    const elapsed = clockText(this.#nowMs() - this.#startedMs);
    return `${elapsed} gone, about ${clockText(this.leftMs())} left`;
  }

  #runningText(): string {
    const nowMs = this.#nowMs();
    // The one that has run longest tells most.
    const running = [...this.#running.values()].sort((left, right) => left.sinceMs - right.sinceMs);
    const texts = running.map(({ run, attempt, sinceMs }) => {
      const again = attempt > 1 ? ` attempt ${attempt}` : '';
      return `${nameOf(run)}${again} ${clockText(nowMs - sinceMs)}`;
    });
    return texts.length === 0 ? '' : `running ${texts.join(', ')}`;
  }
}

/** How much longer runs of a kernel take than expected; much shorter in virtual time. */
class Pace {
  #expectedMs = BELIEF_MS;
  #tookMs = BELIEF_MS;

  get factor(): number {
    return this.#tookMs / this.#expectedMs;
  }

  add(expectedMs: number, tookMs: number): void {
    this.#expectedMs += expectedMs;
    this.#tookMs += tookMs;
  }
}

function workMs({ timeline }: PlannedRun): number {
  return expectedDurationNs(timeline) / NS_PER_MS + COST_MS;
}

function nameOf(run: PlannedRun): string {
  return `${run.timeline.file} [${labelOf(run)}]`;
}

/** `7s`, `3:07`, `2:03:07`. */
function clockText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds}s`;
  const pad = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${minutes}:${pad(seconds % 60)}` : `${hours}:${pad(minutes % 60)}:${pad(seconds % 60)}`;
}
