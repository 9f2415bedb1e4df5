import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { refusal, useTestHost } from '../../../support/live';
import { AF_INET, LIMIT_NS, succeeded } from '../../../support/segments';

const { open } = useTestHost();

const CAP_NET_RAW = 13;
const SOCK_RAW = 3;

function effective(): bigint {
  const text = readFileSync('/proc/thread-self/status', 'utf8');
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(text)?.[1] ?? '0'}`);
}

describe('cap_set', () => {
  const lower = { name: 'cap_set', set: 'effective', capability: CAP_NET_RAW, raised: false } as const;
  const socket = { name: 'socket', domain: AF_INET, type: SOCK_RAW, protocol: 1 } as const;

  it('takes a right away, and gives it again', () => {
    const run = open();
    expect(run.call(lower, LIMIT_NS).outcome).toEqual({ returned: 0, errno: '', outputs: {} });
    expect(run.call(socket, LIMIT_NS).outcome.errno).toBe('EPERM');
    succeeded(run.call({ ...lower, raised: true }, LIMIT_NS));
    succeeded(run.call(socket, LIMIT_NS));
  });

  it('is undone at the end of the run', async () => {
    const before = effective();
    const run = open();
    succeeded(run.call({ ...lower, capability: 12 }, LIMIT_NS));
    succeeded(run.call({ ...lower, capability: 21 }, LIMIT_NS));
    expect(effective()).not.toBe(before);
    await run.close();
    expect(effective()).toBe(before);
    open();
  });

  it('does not take away what could not be given back', () => {
    const run = open();
    const request = { ...lower, set: 'permitted' } as const;
    const error = refusal(() => run.call(request, LIMIT_NS));
    expect(error).toMatchObject({ code: 'no-permission', message: expect.stringContaining('capability 13') });
  });

  it('refuses a capability that cannot be', () => {
    const run = open();
    expect(run.call({ ...lower, capability: 64 }, LIMIT_NS).outcome.errno).toBe('EINVAL');
    expect(run.call({ ...lower, capability: -1 }, LIMIT_NS).outcome.errno).toBe('EINVAL');
  });
});
