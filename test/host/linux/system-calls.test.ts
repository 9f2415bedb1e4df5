import { describe, expect, it } from 'vitest';
import { type Ns, NS_PER_MS } from '../../../src/base/nanoseconds';
import { BlockingThreads } from '../../../src/host/linux/blocking-threads';
import { RunClock } from '../../../src/host/linux/clock';
import { SystemCalls } from '../../../src/host/linux/system-calls';
import { useTestHost } from '../../support/live';
import { acceptOne, room } from '../../support/segments';

const { open } = useTestHost();

/** The machine stands still when the alarm is set and the call has not begun. */
class StallingClock extends RunClock {
  #asked = 0;

  override now(): Ns {
    this.#asked++;
    const before = super.now();
    while (this.#asked === 2 && super.now() - before < 20 * NS_PER_MS);
    return super.now();
  }
}

describe('the limit of a call', () => {
  it('counts from when the alarm was set: one that was interrupted sooner after its start was interrupted', () => {
    const { fd } = acceptOne(open());
    const calls = new SystemCalls(new StallingClock(), new BlockingThreads(undefined));
    const made = calls.make({ name: 'read', fd, buffer: room(1) }, 30 * NS_PER_MS);
    expect(made.endedNs - made.startedNs).toBeLessThan(30 * NS_PER_MS);
    expect(made.interrupted).toBe(true);
  });
});
