import { describe, expect, it } from 'vitest';
import {
  after,
  came,
  connection,
  expects,
  group,
  inject,
  MS,
  PROMPT,
  S,
  seg,
  sent,
  silence,
  tick,
  timelineOf,
  wait,
  within,
} from '../../support/builders';
import { complaints, needs, outcomes, walk } from '../../support/walk';

const SYN = seg('S', { seq: 0 });
const ACK = seg('.', { seq: 1, ack: 1 });
const TWO = { connections: [connection(0), connection(1)] };
const SYN_ACK = seg('S.', { seq: 0, ack: 1 });

describe('silence', () => {
  const timeline = timelineOf([inject(SYN), silence(S), inject(ACK)], TWO);
  const START = [sent(0, 100, SYN)];

  it('that is kept passes when its time is over, and not before', () => {
    const progress = walk(timeline, [...START, tick(S + 99)]);
    expect(progress.checks).toEqual([]);
    expect(needs(progress)).toBe(`wait until ${S + 100}`);
    progress.observe(tick(S + 150));
    expect(outcomes(progress)).toEqual(['1 silence ok']);
    // What follows is planned from the end of the silence, not from when the harness noticed it.
    expect(needs(progress)).toBe(`act 2 at ${S + 100}`);
  });

  it.each([
    ['its first nanosecond', 100],
    ['its last nanosecond', S + 100],
  ])('is broken in %s', (_, atNs) => {
    const progress = walk(timeline, [...START, came(atNs, SYN_ACK)]);
    expect(outcomes(progress)).toEqual(['1 silence FAIL']);
    expect(progress.checks[0]?.mismatches[0]).toMatchObject({ field: 'silence', expected: 'nothing' });
    expect(progress.checks[0]?.mismatches[0]?.observed).toContain('S.');
  });

  it('is not broken by what came before it or comes after it', () => {
    expect(outcomes(walk(timeline, [came(99, SYN_ACK), ...START, came(S + 101, SYN_ACK), tick(S + 102)]))).toEqual([
      '1 silence ok',
    ]);
  });

  it.each([
    ['another connection', connection(1)],
    ['no connection', connection(5)],
  ])('of everybody is broken by %s', (_, who) => {
    expect(outcomes(walk(timeline, [...START, came(500, SYN_ACK, who)]))).toEqual(['1 silence FAIL']);
  });

  it('of one connection is broken by that one only', () => {
    const mine = timelineOf([inject(SYN), silence(S, { connection: 1 })], TWO);
    expect(
      outcomes(walk(mine, [...START, came(500, SYN_ACK), came(600, SYN_ACK, connection(5)), tick(S + 100)])),
    ).toEqual(['1 silence ok']);
    expect(outcomes(walk(mine, [...START, came(500, SYN_ACK, connection(1))]))).toEqual(['1 silence FAIL']);
  });

  it('that begins later leaves the time before it alone', () => {
    const later = timelineOf([inject(SYN), silence(S, { when: after(S) })]);
    expect(outcomes(walk(later, [sent(0, 0, SYN), came(S - 1, SYN_ACK), tick(2 * S)]))).toEqual(['1 silence ok']);
    expect(outcomes(walk(later, [sent(0, 0, SYN), came(S + 1, SYN_ACK)]))).toEqual(['1 silence FAIL']);
  });

  it('is not broken by multicast', () => {
    const mld = Uint8Array.from(
      Buffer.from(`6000000000083aff${'fe80'.padEnd(30, '0')}01${'ff02'.padEnd(30, '0')}168f00000000000000`, 'hex'),
    );
    const progress = walk(timeline, [
      ...START,
      { kind: 'frame', direction: 'out', atNs: 500, bytes: mld },
      tick(2 * S),
    ]);
    expect(outcomes(progress)).toEqual(['1 silence ok']);
  });
});

describe('segments in any order', () => {
  const A = seg('.', { seq: 0, length: 10 });
  const B = seg('P.', { seq: 10, length: 20 });
  const timeline = timelineOf([inject(SYN), group([A, B], { when: within(S) })]);

  it.each([
    ['in one order', [A, B]],
    ['in the other', [B, A]],
  ])('%s', (_, order) => {
    const progress = walk(timeline, [sent(0, 0, SYN), ...order.map((packet, index) => came(5 + index, packet))]);
    expect(outcomes(progress)).toEqual(['1 segment ok', '1 segment ok']);
    expect(needs(progress)).toBe('done');
  });

  it('on several connections', () => {
    const both = timelineOf(
      [
        group(
          [
            [A, 0],
            [B, 1],
            [A, 1],
          ],
          { when: within(S) },
        ),
      ],
      TWO,
    );
    const progress = walk(both, [came(1, A, connection(1)), came(2, A, connection(0)), came(3, B, connection(1))]);
    expect(outcomes(progress)).toEqual(['0 segment ok', '0 segment ok', '0 segment ok']);
  });

  it('a wrong one fails against the one that it is nearest to', () => {
    const progress = walk(timeline, [sent(0, 0, SYN), came(5, A), came(6, seg('P.', { seq: 10, length: 21 }))]);
    expect(outcomes(progress)).toEqual(['1 segment ok', '1 segment FAIL']);
    expect(complaints(progress)).toEqual(['length']);
  });

  it('each that never came is told', () => {
    const progress = walk(timeline, [sent(0, 0, SYN), tick(2 * S)]);
    expect(progress.checks.map(({ title, passed }) => [title, passed])).toEqual([
      ['member 0', false],
      ['member 1', false],
    ]);
  });

  it('other connections may send what they like', () => {
    const two = timelineOf([group([A], { when: within(S) })], TWO);
    expect(outcomes(walk(two, [came(1, B, connection(1)), came(2, A)]))).toEqual(['0 segment ok']);
  });

  it('what had come behind the last of them is left for the next step', () => {
    const next = timelineOf([wait(after(MS)), group([A], { when: within(S) }), expects(B)]);
    const progress = walk(next, [came(1, A), came(2, B), tick(MS)]);
    expect(outcomes(progress)).toEqual(['1 segment ok', '2 segment ok']);
  });

  it('what follows is planned from the end of the group, not from the step before it', () => {
    const next = timelineOf([inject(SYN), group([A], { when: after(S) }), inject(ACK, { when: after(500 * MS) })]);
    const progress = walk(next, [sent(0, 0, SYN), came(S, A)]);
    expect(needs(progress)).toBe(`act 2 at ${S + 500 * MS}`);
  });

  it('of two patterns that fit the same segment, each gets the one that is left for it', () => {
    const any = seg('.', { length: 10 });
    const exact = seg('.', { seq: 0, length: 10 });
    const both = timelineOf([group([any, exact], { when: within(S) })]);
    expect(outcomes(walk(both, [came(1, exact), came(2, seg('.', { seq: 500, length: 10 }))]))).toEqual([
      '0 segment ok',
      '0 segment ok',
    ]);
  });
});

describe('these and nothing else', () => {
  const A = seg('.', { seq: 0, length: 10 });
  const timeline = timelineOf([inject(SYN), group([A], { exclusiveNs: S }), inject(ACK)], TWO);

  it('lasts until its end even when all have come', () => {
    const progress = walk(timeline, [sent(0, 0, SYN), came(5, A)]);
    expect(needs(progress)).toBe(`wait until ${S}`);
    progress.observe(tick(S));
    expect(outcomes(progress)).toEqual(['1 segment ok', '1 group ok']);
    expect(needs(progress)).toBe(`act 2 at ${S}`);
  });

  it.each([
    ['the same connection', connection(0)],
    ['another connection', connection(1)],
    ['no connection', connection(6)],
  ])('fails when something else comes on %s', (_, who) => {
    const progress = walk(timeline, [sent(0, 0, SYN), came(5, A), came(6, SYN_ACK, who)]);
    expect(outcomes(progress)).toEqual(['1 segment ok', '1 group FAIL']);
    expect(complaints(progress)[0]).toContain('something else came');
  });

  it('does not mind what comes after its end', () => {
    const progress = walk(timeline, [sent(0, 0, SYN), came(5, A), came(S + 1, SYN_ACK), tick(S + 2)]);
    expect(outcomes(progress)).toEqual(['1 segment ok', '1 group ok']);
  });

  it('fails when one is missing at its end', () => {
    expect(outcomes(walk(timeline, [sent(0, 0, SYN), tick(S)]))).toEqual(['1 segment FAIL']);
  });
});

it('a wait ends at its time', () => {
  const timeline = timelineOf([
    inject(SYN),
    { ...silence(0), action: { kind: 'wait' }, when: after(S) },
    expects(SYN_ACK, { when: PROMPT }),
  ]);
  const progress = walk(timeline, [sent(0, 0, SYN), came(50, SYN_ACK)]);
  expect(needs(progress)).toBe(`wait until ${S}`);
  progress.observe(tick(S));
  expect(outcomes(progress)).toEqual(['2 segment ok']);
});
