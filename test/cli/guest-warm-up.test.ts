import { describe, expect, it } from 'vitest';
import { guestWarmUp } from '../../src/cli/guest-warm-up';
import { execute } from '../../src/exec/execute';
import { judge } from '../../src/verify/judge';
import { openTestHost } from '../support/live';

describe('what a guest does before it is saved', () => {
  it.each(['ipv4', 'ipv6'] as const)('compiles, and passes on a real kernel: %s', async (ip) => {
    const { trace, close } = await execute(guestWarmUp(ip), openTestHost());
    await close();
    // A machine that is busy is late, and a guest is not.
    const mismatches = judge(trace).checks.flatMap((check) => check.mismatches);
    expect(mismatches.filter(({ field }) => field !== 'time')).toEqual([]);
    expect(trace.end.kind).toBe('finished');
  });
});
