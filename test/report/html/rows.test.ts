import { describe, expect, it } from 'vitest';
import { evidenceOf } from '../../../src/report/evidence';
import { rowOf } from '../../../src/report/html/rows';
import type { RunResult } from '../../../src/suite/suite';
import * as scenes from '../scenes';

function rows(result: RunResult) {
  return evidenceOf(result).map(rowOf);
}

describe('rows of the ladder', () => {
  it('have the direction, the place and the bytes of a segment', () => {
    const [first] = rows(scenes.passed());
    expect(first).toMatchObject({
      kind: 'segment',
      direction: 'in',
      line: 10,
      connection: 'default',
      text: 'S 0:0(0) win 64240 <mss 1460>',
      // An IPv4 header without options, and TCP behind it.
      hex: expect.stringMatching(/^45.{16}06/) as string,
    });
    expect(first).not.toHaveProperty('failed');
  });

  it('say of a failed segment what was expected, and what differs', () => {
    expect(rows(scenes.wrongSegment())[1]).toMatchObject({
      failed: true,
      remarks: expect.arrayContaining([
        expect.stringMatching(/^expected S\./),
        'flags: expected S., observed R.',
      ]) as string[],
    });
  });

  it('know strays, what did not come, and what was looked at', () => {
    expect(rows(scenes.wrongSegment())[2]).toMatchObject({ stray: true });
    expect(rows(scenes.nothingCame())[1]).toMatchObject({ kind: 'missed', failed: true, line: 11 });
    expect(rows(scenes.twoFailures())[2]).toMatchObject({ kind: 'note', failed: true, line: 12 });
    expect(rows(scenes.passed())[3]).toEqual({
      kind: 'note',
      atNs: expect.any(Number) as number,
      line: 13,
      text: 'silence 1s',
    });
  });

  it('say of a lost segment why, and have what the kernel told', () => {
    const [segment, state] = rows(scenes.dropped({ available: ['drops'], missing: [] }));
    expect(segment).toMatchObject({ remarks: ['dropped in tcp_v4_rcv: TCP_LISTEN_OVERFLOW'] });
    expect(state).toEqual({ kind: 'note', atNs: 3_000, connection: 'default', text: 'state SYN_RECV -> CLOSE' });
  });
});
