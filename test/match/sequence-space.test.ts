import { beforeEach, describe, expect, it } from 'vitest';
import { SequenceSpace } from '../../src/match/sequence-space';
import type { SegmentPattern } from '../../src/wire/pattern';
import { liveSegment, opts, seg } from '../support/builders';

const ISN = 3_000_000_000;
const SYN = seg('S', { seq: 0, length: 0 });
const SYN_ACK = liveSegment(seg('S.', { seq: ISN, ack: 1 }));

let space: SequenceSpace;

beforeEach(() => {
  space = new SequenceSpace();
});

/** What is injected for the pattern, in live numbers. */
function live(pattern: SegmentPattern): SegmentPattern {
  const mapped = space.toLive(pattern);
  if ('mistake' in mapped) throw new Error(mapped.mistake);
  return mapped;
}

function inject(pattern: SegmentPattern): SegmentPattern {
  const mapped = live(pattern);
  space.sent(pattern);
  return mapped;
}

function observe(pattern: SegmentPattern): ReturnType<SequenceSpace['toScript']> {
  const segment = liveSegment(pattern);
  space.observed(segment);
  return space.toScript(segment);
}

function shakeHands(syn = SYN): void {
  inject(syn);
  space.observed(SYN_ACK);
  inject(seg('.', { seq: 1, ack: 1, length: 0 }));
}

// packetdrill: a SYN carries absolute numbers and becomes the initial number; all that follows counts from it.
describe("the harness's side", () => {
  it("sends a SYN's number as it is written", () => {
    expect(inject(seg('S', { seq: 12_345 })).seq).toBe(12_345);
  });

  it('counts everything later from the SYN', () => {
    shakeHands(seg('S', { seq: 12_345 }));
    expect(live(seg('.', { seq: 1, ack: 1 }))).toMatchObject({ seq: 12_346, ack: ISN + 1 });
    expect(live(seg('P.', { seq: 1001, length: 10, ack: 501 }))).toMatchObject({ seq: 13_346, ack: ISN + 501 });
  });

  it('gets back its own numbers in acknowledgments', () => {
    shakeHands(seg('S', { seq: 12_345 }));
    expect(observe(seg('.', { seq: ISN + 1, ack: 12_346 + 1000 }))).toMatchObject({ seq: 1, ack: 1001 });
  });

  it('wraps: a SYN just below 2^32', () => {
    shakeHands(seg('S', { seq: 4_294_967_295 }));
    expect(live(seg('.', { seq: 1, ack: 1 })).seq).toBe(0);
    expect(live(seg('.', { seq: 1001, ack: 1 })).seq).toBe(1000);
    expect(observe(seg('.', { seq: ISN + 1, ack: 1000 })).ack).toBe(1001);
  });
});

describe("the kernel's side", () => {
  it('is learned from its SYN+ACK, which is number 0', () => {
    inject(SYN);
    expect(observe(seg('S.', { seq: ISN, ack: 1 }))).toMatchObject({ seq: 0, ack: 1 });
    expect(observe(seg('.', { seq: ISN + 1, ack: 1 })).seq).toBe(1);
  });

  it('is learned from its SYN when it opens the connection', () => {
    expect(observe(seg('S', { seq: ISN }))).toMatchObject({ seq: 0, ack: 0 });
    expect(inject(seg('S.', { seq: 700, ack: 1 }))).toMatchObject({ seq: 700, ack: ISN + 1 });
    expect(observe(seg('.', { seq: ISN + 1, ack: 701 }))).toMatchObject({ seq: 1, ack: 1 });
  });

  it('wraps: an initial number of 2^32 - 1', () => {
    inject(SYN);
    observe(seg('S.', { seq: 4_294_967_295, ack: 1 }));
    expect(observe(seg('.', { seq: 0, ack: 1 })).seq).toBe(1);
    expect(observe(seg('P.', { seq: 1000, ack: 1, length: 5 })).seq).toBe(1001);
    expect(live(seg('.', { seq: 1, ack: 1006 })).ack).toBe(1005);
  });

  it('a keepalive probe is one byte before the first: 0', () => {
    shakeHands();
    expect(observe(seg('.', { seq: ISN, ack: 1 })).seq).toBe(0);
  });

  it('a retransmitted SYN+ACK is number 0 again', () => {
    inject(SYN);
    observe(seg('S.', { seq: ISN, ack: 1 }));
    expect(observe(seg('S.', { seq: ISN, ack: 1 })).seq).toBe(0);
  });

  it('is unknown for a RST out of the blue: the numbers are those of the wire (RFC 9293 3.10.7.1)', () => {
    inject(SYN);
    expect(observe(seg('R.', { seq: 0, ack: 1 }))).toMatchObject({ seq: 0, ack: 1 });
  });

  it('answers a stray ACK with a RST that takes its number from it', () => {
    inject(seg('.', { seq: 1, ack: 777 }));
    expect(observe(seg('R', { seq: 777 })).seq).toBe(777);
  });
});

describe('a second SYN', () => {
  it('of a new connection on the same ports: both sides start again', () => {
    shakeHands();
    inject(seg('S', { seq: 50_000 }));
    expect(observe(seg('S.', { seq: 99, ack: 50_001 }))).toMatchObject({ seq: 0, ack: 50_001 });
    expect(live(seg('.', { seq: 1, ack: 1 }))).toMatchObject({ seq: 50_001, ack: 100 });
  });

  it('that is a retransmission changes nothing', () => {
    inject(SYN);
    observe(seg('S.', { seq: ISN, ack: 1 }));
    inject(SYN);
    expect(observe(seg('S.', { seq: ISN, ack: 1 }))).toMatchObject({ seq: 0, ack: 1 });
    expect(live(seg('.', { seq: 1, ack: 1 })).ack).toBe(ISN + 1);
  });

  // A mutant of a script was passed that packetdrill rejected: the repeated SYN+ACK could be called by another number.
  it('that is answered by the same SYN+ACK: the number keeps the name that it got first', () => {
    inject(SYN);
    const synAck = seg('S.', { seq: ISN, ack: 1 });
    observe(synAck);
    space.matched(seg('S.', { seq: 7 }), liveSegment(synAck));
    inject(SYN);
    observe(synAck);
    expect(space.namedIsn).toBe(7);
  });

  // RFC 5961 section 4: a SYN on a synchronized connection is answered with a challenge ACK, <SEQ=SND.NXT><ACK=RCV.NXT>.
  it('on an established connection: the challenge ACK has the numbers of that connection', () => {
    shakeHands();
    inject(SYN);
    expect(observe(seg('.', { seq: ISN + 1, ack: 1 }))).toMatchObject({ seq: 1, ack: 1 });
  });

  it('on an established connection: the harness goes on with the numbers of that connection', () => {
    shakeHands();
    inject(SYN);
    expect(live(seg('P.', { seq: 1, length: 5, ack: 1 }))).toMatchObject({ seq: 1, ack: ISN + 1 });
  });
});

describe('what a segment leaves out', () => {
  it('a SYN is number 0', () => {
    expect(inject(seg('S')).seq).toBe(0);
  });

  it('follows what was sent: data and FIN take numbers, an ACK does not', () => {
    shakeHands();
    expect(inject(seg('.')).seq).toBe(1);
    expect(inject(seg('P.', { length: 100 })).seq).toBe(1);
    expect(inject(seg('.')).seq).toBe(101);
    expect(inject(seg('F.', { length: 10 })).seq).toBe(101);
    expect(inject(seg('.')).seq).toBe(112);
  });

  it('a retransmission does not move it back, and a RST does not move it at all', () => {
    shakeHands();
    inject(seg('P.', { seq: 1, length: 100 }));
    inject(seg('P.', { seq: 1, length: 50 }));
    inject(seg('R', { seq: 5000 }));
    expect(live(seg('.')).seq).toBe(101);
  });

  it('acknowledges everything that came', () => {
    shakeHands();
    expect(live(seg('.')).ack).toBe(ISN + 1);
    observe(seg('P.', { seq: ISN + 1, ack: 1, length: 1000 }));
    expect(live(seg('.')).ack).toBe(ISN + 1001);
    observe(seg('F.', { seq: ISN + 1001, ack: 1 }));
    expect(live(seg('.')).ack).toBe(ISN + 1002);
    observe(seg('P.', { seq: ISN + 1, ack: 1, length: 10 }));
    expect(live(seg('.')).ack).toBe(ISN + 1002);
  });

  it('acknowledges nothing without the flag', () => {
    shakeHands();
    expect(live(seg('R', { seq: 1 })).ack).toBe(0);
  });
});

describe('SACK blocks', () => {
  it('that are injected name bytes of the kernel', () => {
    shakeHands();
    const blocks = [{ left: 1001, right: 2001 }];
    expect(live(seg('.', { seq: 1, ack: 1, options: opts({ kind: 'sack', blocks }) })).options?.list).toEqual([
      { kind: 'sack', blocks: [{ left: ISN + 1001, right: ISN + 2001 }] },
    ]);
  });

  it('that the kernel sends name bytes of the harness, across the wrap too', () => {
    shakeHands(seg('S', { seq: 4_294_967_290 }));
    const blocks = [{ left: 4_294_967_295, right: 4 }];
    const options = opts({ kind: 'nop' }, { kind: 'nop' }, { kind: 'sack', blocks });
    expect(observe(seg('.', { seq: ISN + 1, ack: 4_294_967_291, options })).options).toEqual([
      { kind: 'nop' },
      { kind: 'nop' },
      { kind: 'sack', blocks: [{ left: 5, right: 10 }] },
    ]);
  });
});

describe('timestamps', () => {
  const timestamp = (val?: number, ecr?: number) =>
    opts({ kind: 'timestamp', ...(val === undefined ? {} : { val }), ...(ecr === undefined ? {} : { ecr }) });

  /** The kernel's SYN+ACK with its own value, which the spec calls 100. */
  function named(liveValue: number): void {
    inject(seg('S', { options: timestamp(5, 0) }));
    const segment = liveSegment(seg('S.', { seq: ISN, ack: 1, options: timestamp(liveValue, 5) }));
    space.observed(segment);
    space.matched(seg('S.', { options: timestamp(100, 5) }), segment);
  }

  it('are echoed by the name that the spec gave them', () => {
    named(777_777);
    expect(live(seg('.', { options: timestamp(6, 100) })).options?.list).toEqual([
      { kind: 'timestamp', val: 6, ecr: 777_777 },
    ]);
  });

  it('the last one of a name wins', () => {
    named(777_777);
    const later = liveSegment(seg('.', { seq: ISN + 1, ack: 1, options: timestamp(888_888, 5) }));
    space.observed(later);
    space.matched(seg('.', { options: timestamp(100, 5) }), later);
    expect(live(seg('.', { options: timestamp(6, 100) })).options?.list).toEqual([
      { kind: 'timestamp', val: 6, ecr: 888_888 },
    ]);
  });

  it('an echo of 0 is sent as 0', () => {
    named(777_777);
    expect(live(seg('.', { options: timestamp(6, 0) })).options?.list).toEqual([{ kind: 'timestamp', val: 6, ecr: 0 }]);
  });

  // RFC 7323 section 3.2: without the ACK flag the field is not valid, and is to be ignored.
  it('an echo in a segment without ACK is sent as it is written', () => {
    const { options } = live(seg('S', { options: timestamp(6, 777) }));
    expect(options?.list).toEqual([{ kind: 'timestamp', val: 6, ecr: 777 }]);
  });

  it('an echo of a name that never came cannot be sent', () => {
    named(777_777);
    expect(space.toLive(seg('.', { options: timestamp(6, 101) }))).toEqual({
      mistake: expect.stringContaining('TS val 101') as string,
    });
  });

  it('left out: the last value sent, and an echo of the last one seen', () => {
    named(777_777);
    observe(seg('.', { seq: ISN + 1, ack: 1, options: timestamp(900_000, 5) }));
    expect(live(seg('.', { options: timestamp() })).options?.list).toEqual([
      { kind: 'timestamp', val: 5, ecr: 900_000 },
    ]);
  });
});

describe('an injected segment is shown in script numbers', () => {
  it('as it was written', () => {
    shakeHands(seg('S', { seq: 12_345 }));
    expect(space.injectedToScript(liveSegment(seg('S', { seq: 12_345 })))).toMatchObject({ seq: 12_345 });
    expect(space.injectedToScript(liveSegment(seg('.', { seq: 12_346, ack: ISN + 1 })))).toMatchObject({
      seq: 1,
      ack: 1,
    });
    expect(space.injectedToScript(liveSegment(seg('R', { seq: 12_346, ack: 9 })))).toMatchObject({ seq: 1, ack: 9 });
  });
});
