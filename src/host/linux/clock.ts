/**
 * The clock of a run: CLOCK_MONOTONIC, counted from time zero, and the kernel's time stamps moved onto it.
 *
 * Stamps of packets are CLOCK_REALTIME. The distance between the two clocks changes only when somebody steps the wall
 * clock: it is measured anew at each receipt, and a stamp that was taken before such a step is recognised by the time
 * that comes out, which must lie between the last time the queue was empty and now.
 * Deliberately absent: waiting.
 */
import type { Ns } from '../../base/nanoseconds';
import { NS_PER_MS, NS_PER_S, NS_PER_US } from '../../base/nanoseconds';
import type { WallTime } from '../../trace/trace';
import { newTimespec, readMonotonic, readRealtime, readTick, readTickLength } from './libc';

/** Two readings of the offset that differ by less are the same: scheduling can lengthen a reading that much. */
const OFFSET_NOISE_NS = 2 * NS_PER_US;
/** How far a stamp may lie outside of its bounds: it is taken a little before the frame enters the queue. */
const STAMP_SLACK_NS = NS_PER_MS;

/** How far ticks are apart: one jiffy. */
export function tickNs(): Ns {
  const length = newTimespec();
  readTickLength(length);
  return (length[0] ?? 0) * NS_PER_S + (length[2] ?? 0);
}

export class RunClock {
  readonly #time = newTimespec();
  readonly #after = newTimespec();
  readonly #real = newTimespec();
  /** The run's time zero. */
  #zeroSeconds = 0;
  #zeroNs = 0;
  /** Seconds of the wall clock at time zero: keeps its nanoseconds small enough for a number. */
  #realBaseSeconds = 0;
  /** Wall clock (since its base) minus run clock. */
  #offsetNs = 0;
  #previousOffsetNs = 0;

  constructor() {
    this.restart();
  }

  /** Time zero is now. */
  restart(): void {
    readMonotonic(this.#time);
    this.#zeroSeconds = this.#time[0] ?? 0;
    this.#zeroNs = this.#time[2] ?? 0;
    readRealtime(this.#real);
    this.#realBaseSeconds = this.#real[0] ?? 0;
    this.#offsetNs = this.#measureOffset(20).offsetNs;
    this.#previousOffsetNs = this.#offsetNs;
  }

  /**
   * The next moment that lies so far behind a tick of the kernel. Timers that count jiffies then expire at the same
   * distance from the steps of a spec in every run, however long a jiffy is.
   */
  nextBehindTick(byNs: Ns): Ns {
    readTick(this.#time);
    const lastNs = this.at(this.#time[0] ?? 0, this.#time[2] ?? 0);
    const lengthNs = tickNs();
    const ticks = Math.max(1, Math.ceil((this.now() - lastNs - byNs) / lengthNs));
    return lastNs + ticks * lengthNs + byNs;
  }

  now(): Ns {
    readMonotonic(this.#time);
    return this.at(this.#time[0] ?? 0, this.#time[2] ?? 0);
  }

  /** What CLOCK_REALTIME showed at time zero, by the latest measurement of the distance between the clocks. */
  realtimeAtZero(): WallTime {
    const carry = Math.floor(this.#offsetNs / NS_PER_S);
    return { seconds: this.#realBaseSeconds + carry, nanoseconds: this.#offsetNs - carry * NS_PER_S };
  }

  /** A moment of CLOCK_MONOTONIC that another thread has read. */
  at(seconds: number, ns: number): Ns {
    return (seconds - this.#zeroSeconds) * NS_PER_S + (ns - this.#zeroNs);
  }

  /** To be called before the stamps of one receipt are moved. */
  refreshOffset(): void {
    const { offsetNs, widthNs } = this.#measureOffset(1);
    if (Math.abs(offsetNs - this.#offsetNs) <= Math.max(OFFSET_NOISE_NS, widthNs)) return;
    const again = this.#measureOffset(5);
    if (Math.abs(again.offsetNs - this.#offsetNs) <= OFFSET_NOISE_NS) return;
    this.#previousOffsetNs = this.#offsetNs;
    this.#offsetNs = again.offsetNs;
  }

  /** A stamp of the wall clock on the run's clock. The moment lies between the two bounds, give or take a little. */
  fromRealtime(seconds: number, ns: number, notBeforeNs: Ns, notAfterNs: Ns): Ns {
    const realNs = (seconds - this.#realBaseSeconds) * NS_PER_S + ns;
    return chooseMoment(realNs - this.#offsetNs, realNs - this.#previousOffsetNs, notBeforeNs, notAfterNs);
  }

  /** The reading that was least disturbed, out of several. */
  #measureOffset(readings: number): { readonly offsetNs: Ns; readonly widthNs: Ns } {
    let best = { offsetNs: 0, widthNs: Number.POSITIVE_INFINITY };
    for (let reading = 0; reading < readings; reading++) {
      readMonotonic(this.#time);
      readRealtime(this.#real);
      readMonotonic(this.#after);
      const beforeNs = this.at(this.#time[0] ?? 0, this.#time[2] ?? 0);
      const widthNs = this.at(this.#after[0] ?? 0, this.#after[2] ?? 0) - beforeNs;
      if (widthNs >= best.widthNs) continue;
      const realNs = ((this.#real[0] ?? 0) - this.#realBaseSeconds) * NS_PER_S + (this.#real[2] ?? 0);
      best = { offsetNs: Math.round(realNs - beforeNs - widthNs / 2), widthNs };
    }
    return best;
  }
}

/**
 * The moment that a stamp means, out of one candidate for each of two offsets: the first when it is possible, else the
 * second, else the nearer bound of the first.
 */
export function chooseMoment(first: Ns, second: Ns, notBeforeNs: Ns, notAfterNs: Ns): Ns {
  const isPossible = (moment: Ns): boolean => moment >= notBeforeNs - STAMP_SLACK_NS && moment <= notAfterNs;
  if (isPossible(first)) return first;
  if (isPossible(second)) return second;
  return first > notAfterNs ? notAfterNs : notBeforeNs;
}
