/** What holds in packetdrill scripts only. */
import { describe, expect, it } from 'vitest';
import type { Script, TimelineAction, Tolerance } from '../../../src/timeline/timeline';
import type { Observation } from '../../../src/trace/trace';
import {
  after,
  at,
  callOf,
  calls,
  came,
  ELLIPSIS,
  inject,
  integer,
  MS,
  outcome,
  S,
  seg,
  sent,
  socketNamed,
  step,
  tick,
  timelineOf,
} from '../../support/builders';
import { complaints, needs, outcomes, walk } from '../../support/walk';

const SCRIPT: Script = {
  scaledEchoes: false,
  toleratesPackets: false,
  interpreter: 'python3',
  needsInterpreter: false,
  gated: true,
};
const SCRIPTED: Tolerance = { earlyNs: 4 * MS, lateNs: 4 * MS, percent: 12.5, distance: 'scripted' };

type Drafts = Parameters<typeof timelineOf>[0];

function script(steps: Drafts, fields: Partial<Script> = {}): ReturnType<typeof timelineOf> {
  return timelineOf(
    steps.map((one) => ({ ...one, tolerance: SCRIPTED })),
    { script: { ...SCRIPT, ...fields } },
  );
}

const SYN = seg('S', { seq: 0, length: 0, window: 1000 });
const READ = callOf('read', [socketNamed('4'), ELLIPSIS, integer(9)], 4);
const WRITE = callOf('write', [socketNamed('4'), ELLIPSIS, integer(9)], 9);

function joined(length: number): TimelineAction {
  return { kind: 'expect', packet: seg('P.', { seq: 1, length, ack: 1 }), optional: false, joined: true };
}

function called(index: number, startedNs: number, endedNs: number, returned: number): Observation {
  const result = outcome(returned);
  return { kind: 'called', step: index, plannedNs: startedNs, startedNs, endedNs, outcome: result, interrupted: false };
}

function blocked(index: number, startedNs: number): Observation {
  return { kind: 'blocked', step: index, plannedNs: startedNs, startedNs };
}

function returned(index: number, endedNs: number, value: number): Observation {
  return { kind: 'returned', step: index, endedNs, outcome: outcome(value), cancelled: false };
}

function commanded(index: number, startedNs: number, endedNs: number, status: number): Observation {
  const result = { status, timedOut: false, output: 'said' };
  return { kind: 'commanded', step: index, plannedNs: startedNs, startedNs, endedNs, outcome: result };
}

const piece = (seq: number, length: number, flags = '.') => seg(flags, { seq: 100 + seq, length, ack: 1, window: 9 });
const SYN_ACK = seg('S.', { seq: 100, length: 0, ack: 1, window: 9 });

describe('an expected segment', () => {
  const conversation = [inject(SYN), step({ kind: 'expect', packet: seg('S.'), optional: false, joined: true })];

  it('may come in several pieces, whose last one gives the time', () => {
    const timeline = script([...conversation, step(joined(3000), { when: after(10 * MS) })]);
    const progress = walk(timeline, [sent(0, 0, SYN), came(5, SYN_ACK), came(2 * MS, piece(1, 1000))]);
    expect(needs(progress)).toMatch(/^wait/);
    progress.observe(came(10 * MS, piece(1001, 1000)));
    progress.observe(came(11 * MS, piece(2001, 1000, 'P.')));
    expect(outcomes(progress)).toEqual(['1 segment ok', '2 segment ok']);
    expect(needs(progress)).toBe('done');
  });

  it('of which only a part came tells how much', () => {
    const timeline = script([...conversation, step(joined(3000), { when: after(0) })]);
    const progress = walk(timeline, [sent(0, 0, SYN), came(5, SYN_ACK), came(MS, piece(1, 1000)), tick(2 * S)]);
    expect(complaints(progress)[0]).toContain('only 1000 of 3000 bytes');
  });

  it('whose pieces do not belong together fails', () => {
    const timeline = script([...conversation, step(joined(3000), { when: after(0) })]);
    const progress = walk(timeline, [
      ...[sent(0, 0, SYN), came(5, SYN_ACK), came(MS, piece(1, 1000)), came(MS, piece(1501, 1000))],
    ]);
    expect(outcomes(progress).at(-1)).toBe('2 segment FAIL');
  });

  it('that differs is only reported where --non_fatal=packet says so', () => {
    const timeline = script([inject(SYN), step(joined(0), { when: after(0) })], { toleratesPackets: true });
    const progress = walk(timeline, [sent(0, 0, SYN), came(5, SYN_ACK)]);
    expect(progress.failed).toBe(false);
    expect(progress.checks[0]).toMatchObject({ passed: true, message: expect.stringContaining('non_fatal') });
    expect(progress.checks[0]?.mismatches).not.toEqual([]);
  });
});

describe('a call', () => {
  it('waits for an earlier one that sleeps, and is late then', () => {
    const timeline = script([calls(READ, { returns: after(100 * MS) }), calls(WRITE, { when: after(10 * MS) })]);
    const progress = walk(timeline, [blocked(0, 0)]);
    expect(needs(progress)).toBe(`wait until ${10 * MS + S}`);
    progress.observe(returned(0, 100 * MS, 4));
    expect(needs(progress)).toBe(`act 1 at ${100 * MS}`);
    progress.observe(called(1, 100 * MS, 100 * MS, 9));
    expect(outcomes(progress)).toEqual(['0 return ok', '1 call FAIL']);
    expect(progress.checks[1]?.mismatches).toMatchObject([
      { field: 'time', observed: expect.stringContaining('90ms later') },
    ]);
  });

  it('is given up when the earlier one sleeps on', () => {
    const timeline = script([calls(READ, { returns: after(10 * S) }), calls(WRITE, { when: after(0) })]);
    const progress = walk(timeline, [blocked(0, 0), tick(S)]);
    expect(complaints(progress)[0]).toContain('an earlier call still sleeps');
  });

  it('that slept is what the next step counts from the end of', () => {
    const timeline = script([calls(READ, { when: after(0) }), inject(SYN, { when: after(50 * MS) })]);
    const progress = walk(timeline, [called(0, 0, 100 * MS, 4)]);
    expect(needs(progress)).toBe(`act 1 at ${150 * MS}`);
  });
});

describe('a time from the start of the run', () => {
  it('that has passed before the harness is free fails: the script asks for what cannot be', () => {
    const timeline = script([calls(READ, { when: at(0) }), inject(SYN, { when: at(50 * MS) })]);
    const progress = walk(timeline, [called(0, 0, 100 * MS, 4), sent(1, 100 * MS, SYN)]);
    expect(outcomes(progress)).toEqual(['0 call ok', '1 inject FAIL']);
    expect(progress.checks[1]?.mismatches).toMatchObject([
      { field: 'time', observed: expect.stringContaining('50ms later') },
    ]);
  });
});

describe('a command', () => {
  const command: TimelineAction = {
    kind: 'command',
    command: { text: 'true', place: { line: 1, column: 1, text: '`true`' } },
  };

  it('takes its time: the next step counts from its end', () => {
    const timeline = script([step(command), inject(SYN, { when: after(10 * MS) })]);
    const progress = walk(timeline, [commanded(0, 0, 300 * MS, 0)]);
    expect(outcomes(progress)).toEqual(['0 command ok']);
    expect(needs(progress)).toBe(`act 1 at ${310 * MS}`);
  });

  it('that fails ends the run', () => {
    const progress = walk(script([step(command), inject(SYN)]), [commanded(0, 0, MS, 3)]);
    expect(outcomes(progress)).toEqual(['0 command FAIL']);
    expect(needs(progress)).toBe('done');
  });
});

describe('a code block', () => {
  const code = (text: string, socket = '4'): TimelineAction => ({
    kind: 'code',
    code: { text, firstLine: 10, socket },
  });
  const sampled = (bytes: Uint8Array): Observation => ({
    kind: 'sampled',
    step: 0,
    plannedNs: 0,
    startedNs: 0,
    atNs: 5,
    sample: {
      tcpInfo: { bytes },
      congestionInfo: { bytes: new Uint8Array() },
      memoryInfo: { bytes: new Uint8Array(36) },
    },
  });

  it('whose socket has no values ends the run', () => {
    const observation: Observation = {
      ...{ kind: 'sampled', step: 0, plannedNs: 0, startedNs: 0, atNs: 5 },
      sample: { tcpInfo: { errno: 'EBADF' } },
    };
    const progress = walk(script([step(code('pass')), inject(SYN)]), [observation]);
    expect(complaints(progress)[0]).toContain('EBADF');
    expect(needs(progress)).toBe('done');
  });

  it('that the interpreter ran fails on the line that it names', () => {
    const timeline = script([step(code('assert False'))], { needsInterpreter: true });
    const progress = walk(timeline, [sampled(new Uint8Array(280))]);
    expect(outcomes(progress)).toEqual([]);
    progress.observe({
      kind: 'interpreted',
      atNs: 9,
      outcome: { status: 1, timedOut: false, output: 'no such thing' },
    });
    expect(outcomes(progress)).toEqual(['0 code FAIL']);
  });
});

describe('the cleanup command', () => {
  const cleaned = (status: number): Observation => ({
    kind: 'cleaned',
    atNs: 9,
    outcome: { status, timedOut: false, output: '' },
  });

  it('fails the run when it fails', () => {
    const timeline = script([inject(SYN)], {
      cleanup: { text: 'exit 3', place: { line: 7, column: 1, text: '`exit 3`' } },
    });
    const progress = walk(timeline, [sent(0, 0, SYN), cleaned(3)]);
    expect(outcomes(progress)).toEqual(['0 command FAIL']);
    expect(complaints(progress)[0]).toContain('the cleanup command (line 7): the command ended with status 3');
  });

  it('says nothing when it succeeds, or when the run has failed already', () => {
    expect(outcomes(walk(script([inject(SYN)]), [sent(0, 0, SYN), cleaned(0)]))).toEqual([]);
    const failed = walk(script([inject(SYN)]), [{ kind: 'unsendable', step: 0, atNs: 1, reason: 'no' }, cleaned(3)]);
    expect(outcomes(failed)).toEqual(['0 inject FAIL']);
  });
});

describe('echoes of timestamps', () => {
  const echo = seg('.', {
    seq: 1,
    length: 0,
    ack: 1,
    options: { list: [{ kind: 'timestamp', val: 1, ecr: 77 }], open: false },
  });

  it('that nothing carried cannot be sent', () => {
    const progress = walk(script([inject(SYN), inject(echo)]), [sent(0, 0, SYN)]);
    expect(progress.book.space(0).toLive(echo)).toMatchObject({ mistake: expect.stringContaining('77') });
  });
});
