import { describe, expect, it } from 'vitest';
import {
  after,
  afterLast,
  at,
  came,
  connection,
  expects,
  inject,
  MS,
  opts,
  PROMPT,
  S,
  seg,
  sent,
  stamped,
  tick,
  timelineOf,
  wait,
  within,
} from '../../support/builders';
import { complaints, needs, outcomes, walk } from '../../support/walk';
import type { When } from '../../../src/spec/model';

const SYN = seg('S', { seq: 0, length: 0, window: 64_240 });
const SYN_ACK = seg('S.', { seq: 0, length: 0, ack: 1 });
const LIVE_SYN_ACK = seg('S.', { seq: 777_000, ack: 1 });

/** SYN at 0, then a SYN+ACK is expected. */
function handshake(when: When = PROMPT) {
  return timelineOf([inject(SYN), expects(SYN_ACK, { when })]);
}

describe('an expected segment', () => {
  it("that comes in time passes, and takes the kernel's own initial number", () => {
    const progress = walk(handshake(), [sent(0, 0, SYN), stamped(10, SYN), came(50_000, LIVE_SYN_ACK)]);
    expect(outcomes(progress)).toEqual(['1 segment ok']);
    expect(progress.checks[0]).toMatchObject({ atNs: 50_000, mismatches: [] });
    expect(progress.checks[0]?.observed).toContain('S. 0:0(0) ack 1');
    expect(needs(progress)).toBe('done');
    expect([progress.reached, progress.failed]).toEqual([2, false]);
  });

  it("may have any number that the spec gives the kernel's SYN", () => {
    const timeline = timelineOf([inject(SYN), expects(seg('S.', { seq: 100, ack: 1 }))]);
    expect(outcomes(walk(timeline, [sent(0, 0, SYN), came(5, LIVE_SYN_ACK)]))).toEqual(['1 segment ok']);
  });

  it.each([
    [PROMPT, 4 * MS],
    [after(S), S + 4 * MS],
    [after(S, 2 * S), 2 * S + 4 * MS],
    [at(3 * S), 3 * S + 4 * MS],
    [within(S), S],
  ])('%j is waited for a second longer than its window, so that late is not never', (when, lastNs) => {
    const late = walk(handshake(when), [sent(0, 0, SYN), came(lastNs + 1, LIVE_SYN_ACK)]);
    expect(complaints(late)).toEqual(['time']);
    expect(outcomes(walk(handshake(when), [sent(0, 0, SYN), came(lastNs, LIVE_SYN_ACK)]))).toEqual(['1 segment ok']);
    const never = walk(handshake(when), [sent(0, 0, SYN), tick(lastNs + S - 1)]);
    expect(never.checks).toEqual([]);
    expect(needs(never)).toBe(`wait until ${lastNs + S}`);
    never.observe(tick(lastNs + S));
    expect(outcomes(never)).toEqual(['1 segment FAIL']);
    expect(complaints(never)).toEqual([expect.stringMatching(/^nothing came/)]);
  });

  it('that comes too early fails, and says by how much', () => {
    const progress = walk(handshake(after(S)), [sent(0, 0, SYN), came(S - 4 * MS - 1, LIVE_SYN_ACK)]);
    expect(progress.checks[0]?.mismatches).toMatchObject([
      { field: 'time', expected: '+1s (tolerance -4ms)', observed: expect.stringMatching(/^\+99[56]/) as string },
    ]);
  });

  it('that is wrong fails with every field that differs, its time included', () => {
    const wrong = seg('S.', { seq: 777_000, ack: 2, length: 5, window: 1 });
    const timeline = timelineOf([inject(SYN), expects({ ...SYN_ACK, window: 2 })]);
    expect(complaints(walk(timeline, [sent(0, 0, SYN), came(9 * MS, wrong)]))).toEqual([
      'length',
      'ack',
      'win',
      'time',
    ]);
  });

  it('that had come before the step was reached passes where no time is written', () => {
    const timeline = timelineOf([
      inject(SYN),
      inject(seg('.', { seq: 1, ack: 1 }), { when: after(S) }),
      expects(SYN_ACK),
    ]);
    const progress = walk(timeline, [
      sent(0, 0, SYN),
      came(50, LIVE_SYN_ACK),
      sent(1, S, seg('.', { seq: 1, ack: 777_001 })),
      stamped(S, seg('.', { seq: 1, ack: 777_001 })),
    ]);
    expect(outcomes(progress)).toEqual(['2 segment ok']);
  });

  it('that waited in the queue does not turn time back for what follows', () => {
    const timeline = timelineOf([
      inject(SYN),
      inject(seg('.', { seq: 1, ack: 1 }), { when: after(S) }),
      expects(SYN_ACK),
      inject(seg('P.', { seq: 1, length: 1, ack: 1 })),
    ]);
    const progress = walk(timeline, [
      sent(0, 0, SYN),
      came(50, LIVE_SYN_ACK),
      sent(1, S, seg('.', { seq: 1, ack: 777_001 })),
      stamped(S, seg('.', { seq: 1, ack: 777_001 })),
    ]);
    expect(needs(progress)).toBe(`act 3 at ${S}`);
  });

  it('that waited in the queue does not turn time back for what is expected next', () => {
    const next = seg('.', { seq: 1, ack: 1 });
    const timeline = timelineOf([inject(SYN), wait(after(S)), expects(SYN_ACK), expects(next, { when: after(S) })]);
    const until = (cameNs: number) => [
      sent(0, 0, SYN),
      stamped(5, SYN),
      came(50, LIVE_SYN_ACK),
      tick(S + 5),
      came(cameNs, seg('.', { seq: 777_001, ack: 1 })),
    ];
    expect(outcomes(walk(timeline, until(2 * S)))).toEqual(['2 segment ok', '3 segment ok']);
    expect(outcomes(walk(timeline, until(S + 50)))).toEqual(['2 segment ok', '3 segment FAIL']);
  });

  it('the first failed one ends the walk', () => {
    const timeline = timelineOf([inject(SYN), expects(seg('R.')), inject(seg('.')), expects(seg('.'))]);
    const progress = walk(timeline, [
      sent(0, 0, SYN),
      came(5, LIVE_SYN_ACK),
      came(6, seg('.', { seq: 777_001, ack: 1 })),
      tick(9 * S),
    ]);
    expect(outcomes(progress)).toEqual(['1 segment FAIL']);
    expect([needs(progress), progress.failed, progress.reached]).toEqual(['done', true, 1]);
  });

  it('frames that come after the end are kept for the report', () => {
    const timeline = timelineOf([inject(SYN), expects(seg('R.'))]);
    const progress = walk(timeline, [
      sent(0, 0, SYN),
      came(5, LIVE_SYN_ACK),
      came(6, seg('.', { seq: 777_001, ack: 1 })),
    ]);
    expect(progress.book.crossed).toHaveLength(3);
    expect(progress.book.untaken()).toHaveLength(1);
  });

  it('on another connection does not disturb', () => {
    const timeline = timelineOf([inject(SYN), expects(SYN_ACK)], { connections: [connection(0), connection(1)] });
    const progress = walk(timeline, [
      sent(0, 0, SYN),
      came(4, seg('R'), connection(1)),
      came(5, LIVE_SYN_ACK),
      came(6, seg('R'), connection(7)),
    ]);
    expect(outcomes(progress)).toEqual(['1 segment ok']);
    expect(progress.book.untaken()).toHaveLength(2);
  });
});

describe('times are counted', () => {
  const ACK = seg('.', { seq: 1, ack: 1 });
  const LIVE_ACK = seg('.', { seq: 777_001, ack: 1 });

  it("from the kernel's stamp of an injected segment, not from when the harness began to write it", () => {
    const timeline = timelineOf([inject(SYN), expects(SYN_ACK, { when: after(S) })]);
    const stampNs = 3 * MS;
    const observations = (cameNs: number) => [sent(0, 0, SYN), stamped(stampNs, SYN), came(cameNs, LIVE_SYN_ACK)];
    expect(outcomes(walk(timeline, observations(stampNs + S + 4 * MS)))).toEqual(['1 segment ok']);
    expect(outcomes(walk(timeline, observations(stampNs + S + 4 * MS + 1)))).toEqual(['1 segment FAIL']);
    expect(outcomes(walk(timeline, observations(stampNs + S - 4 * MS - 1)))).toEqual(['1 segment FAIL']);
  });

  it("from the kernel's stamp of the segment before", () => {
    const timeline = timelineOf([expects(SYN_ACK, { when: within(S) }), expects(ACK, { when: after(S) })]);
    expect(outcomes(walk(timeline, [came(300 * MS, LIVE_SYN_ACK), came(1304 * MS, LIVE_ACK)]))).toEqual([
      '0 segment ok',
      '1 segment ok',
    ]);
    expect(outcomes(walk(timeline, [came(300 * MS, LIVE_SYN_ACK), came(1304 * MS + 1, LIVE_ACK)]))).toEqual([
      '0 segment ok',
      '1 segment FAIL',
    ]);
  });

  // RFC 6298 section 5.5: the retransmission timer doubles. A listener's SYN+ACK: 1 s, then 2 s later, then 4 s later.
  it('a retransmission from the last segment of its own connection, whatever happened on others', () => {
    const other = connection(1);
    const timeline = timelineOf(
      [
        expects(SYN_ACK, { when: within(S) }),
        inject(SYN, { connection: 1, when: at(700 * MS) }),
        expects(SYN_ACK, { when: afterLast(S) }),
        inject(SYN, { connection: 1, when: at(1800 * MS) }),
        expects(SYN_ACK, { when: afterLast(2 * S) }),
      ],
      { connections: [connection(0), other] },
    );
    const observations = (lastNs: number) => [
      came(100, LIVE_SYN_ACK),
      sent(1, 700 * MS, SYN, { connection: other }),
      came(S + 100, LIVE_SYN_ACK),
      sent(3, 1800 * MS, SYN, { connection: other }),
      came(lastNs, LIVE_SYN_ACK),
    ];
    const good = ['0 segment ok', '2 segment ok', '4 segment ok'];
    expect(outcomes(walk(timeline, observations(3 * S + 100)))).toEqual(good);
    expect(outcomes(walk(timeline, observations(3 * S + 100 + 4 * MS)))).toEqual(good);
    expect(outcomes(walk(timeline, observations(3 * S + 101 + 4 * MS))).at(-1)).toBe('4 segment FAIL');
    expect(outcomes(walk(timeline, observations(3 * S + 99 - 4 * MS))).at(-1)).toBe('4 segment FAIL');
  });
});

describe('an optional segment', () => {
  const ACK = seg('.', { seq: 1, ack: 1, length: 0 });
  const DATA = seg('P.', { seq: 1, ack: 1, length: 10 });
  const LIVE_ACK = seg('.', { seq: 777_001, ack: 1 });
  const LIVE_DATA = seg('P.', { seq: 777_001, ack: 1, length: 10 });
  const timeline = timelineOf([
    expects(SYN_ACK),
    expects(ACK, { optional: true, when: after(0, S) }),
    expects(DATA, { when: within(2 * S) }),
  ]);

  it('that comes is taken', () => {
    const progress = walk(timeline, [came(1, LIVE_SYN_ACK), came(2, LIVE_ACK), came(3, LIVE_DATA)]);
    expect(outcomes(progress)).toEqual(['0 segment ok', '1 segment ok', '2 segment ok']);
  });

  it('that does not come is no failure, and what comes instead goes to the next step', () => {
    const progress = walk(timeline, [came(1, LIVE_SYN_ACK), came(3, LIVE_DATA)]);
    expect(outcomes(progress)).toEqual(['0 segment ok', '2 segment ok']);
  });

  it('is waited for until its window closes, without the grace', () => {
    const progress = walk(timeline, [came(0, LIVE_SYN_ACK)]);
    expect(needs(progress)).toBe(`wait until ${S + 4 * MS}`);
    progress.observe(tick(S + 4 * MS));
    expect(progress.reached).toBe(2);
    expect(progress.failed).toBe(false);
  });
});

describe("an echo of the kernel's timestamp", () => {
  it('is that of the segment that the spec named', () => {
    const timestamp = (val: number, ecr: number) =>
      opts({ kind: 'nop' }, { kind: 'nop' }, { kind: 'timestamp', val, ecr });
    const timeline = timelineOf([
      expects({ ...SYN_ACK, options: timestamp(100, 5) }),
      inject(seg('.', { seq: 1, ack: 1, options: timestamp(6, 100) })),
    ]);
    const progress = walk(timeline, [came(1, { ...LIVE_SYN_ACK, options: timestamp(31_415_926, 5) })]);
    expect(outcomes(progress)).toEqual(['0 segment ok']);
    expect(progress.book.space(0).toLive(seg('.', { options: timestamp(6, 100) }))).toMatchObject({
      options: timestamp(6, 31_415_926),
    });
  });
});
