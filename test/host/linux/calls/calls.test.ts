import { describe, expect, it } from 'vitest';
import { NS_PER_MS } from '../../../../src/base/nanoseconds';
import { isCutShort, outcomeOf, prepareCall } from '../../../../src/host/linux/calls/calls';
import { useTestHost } from '../../../support/live';
import { acceptOne, room, sends } from '../../../support/segments';

const { open } = useTestHost();

describe('a call', () => {
  it('is interrupted when it sleeps past its limit', () => {
    const run = open();
    const { fd } = acceptOne(run);
    const beforeNs = run.nowNs();
    const made = run.call({ name: 'read', fd, buffer: room(1) }, 30 * NS_PER_MS);
    expect(made.outcome).toMatchObject({ returned: -1, errno: 'EINTR' });
    expect(made.interrupted).toBe(true);
    expect(made.endedNs - beforeNs).toBeGreaterThanOrEqual(30 * NS_PER_MS);
    expect(made.endedNs - made.startedNs).toBeLessThan(300 * NS_PER_MS);
  });

  it('is interrupted when it can send only a part in time', () => {
    const run = open();
    const { fd } = acceptOne(run);
    const buffer = { kind: 'bytes', bytes: new Uint8Array(50_000_000) } as const;
    const { outcome, interrupted } = run.call({ name: 'write', fd, buffer }, 50 * NS_PER_MS);
    expect(outcome.returned).toBeGreaterThan(0);
    expect(outcome.returned).toBeLessThan(buffer.bytes.length);
    expect(interrupted).toBe(true);
  });
});

describe('a prepared call', () => {
  it('tells errors from values', () => {
    const call = prepareCall({ name: 'read', fd: 3, buffer: room(4) });
    expect(call.maySleep).toBe(true);
    expect(call.values).toHaveLength(6);
    expect(outcomeOf(call, -11)).toEqual({ returned: -1, errno: 'EAGAIN', outputs: {} });
    expect(outcomeOf(call, 2)).toEqual({ returned: 2, errno: '', outputs: { bytes: Uint8Array.of(0, 0) } });
  });

  it('says when less was moved than was to be', () => {
    const call = prepareCall({ name: 'writev', fd: 3, buffers: [sends(1, 2), sends(3)] });
    expect([-4, 0, 2, 3].map((result) => isCutShort(call, result))).toEqual([false, true, true, false]);
    expect(isCutShort(prepareCall({ name: 'read', fd: 3, buffer: room(4) }), 1)).toBe(false);
  });

  it('keeps the memory of what it sends, and of nothing else', () => {
    expect(prepareCall({ name: 'send', fd: 3, buffer: sends(1), flags: 0 }).keepsMemory).toBe(true);
    expect(prepareCall({ name: 'recv', fd: 3, buffer: room(1), flags: 0 }).keepsMemory).toBeUndefined();
  });
});
