import { describe, expect, it } from 'vitest';
import { guestWarmUp } from '../../src/cli/guest-warm-up';
import { execute } from '../../src/exec/execute';
import { judge } from '../../src/verify/judge';
import { useTestHost } from '../support/live';

describe('what a guest does before it is saved', () => {
  const { host } = useTestHost();

  it.each(['ipv4', 'ipv6'] as const)('compiles, and passes on a real kernel: %s', async (ip) => {
    const { trace, close } = await execute(guestWarmUp(ip), host());
    await close();
    expect(judge(trace).checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(trace.end.kind).toBe('finished');
  });
});
