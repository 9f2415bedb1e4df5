import { describe, expect, it } from 'vitest';
import { type LadderStyle, ladderLines, PLAIN } from '../../src/report/ladder';
import { painter } from '../../src/report/paint';
import type { RunResult } from '../../src/suite/suite';
import { after, came, expects, inject, MS, S, seg, sent, tick, timelineOf } from '../support/builders';
import { resultOf } from '../support/results';
import * as scenes from './scenes';

function drawn(result: RunResult, style: Partial<LadderStyle> = {}): string {
  return `\n${ladderLines(result, { ...PLAIN, columns: 80, ...style }).join('\n')}\n`;
}

/** A SYN+ACK that the kernel repeats after a second, and again. */
function repeated(): RunResult {
  const syn = seg('S', { seq: 0, window: 1000 });
  const answer = seg('S.', { seq: 5000, ack: 1, window: 2000 });
  const expected = seg('S.', { seq: 0, ack: 1 });
  const timeline = timelineOf([
    inject(syn),
    expects(expected),
    expects(expected, { when: after(S) }),
    expects(expected, { when: after(2 * S) }),
  ]);
  const times = [MS, MS + S, MS + 3 * S];
  return resultOf(timeline, [sent(0, 0, syn), ...times.map((atNs) => came(atNs, answer)), tick(4 * S)]);
}

/** Many handshakes, and a failure at the end. */
function long(count: number): RunResult {
  const [data, ack] = [seg('P.', { seq: 1, length: 10, ack: 1 }), seg('.', { seq: 1, ack: 11 })];
  const rounds = Array.from({ length: count }, () => [inject(data), expects(ack)]).flat();
  const observed = Array.from({ length: count }, (_, round) => [
    sent(2 * round, round * MS, data),
    came(round * MS + 5_000, ack),
  ]).flat();
  return resultOf(timelineOf([...rounds, expects(seg('R.'))]), [...observed, tick(10 * S)]);
}

describe('the ladder', () => {
  it('shows both sides, their connections, pauses, what was looked at, and what no step expected', () => {
    expect(drawn(scenes.twoFailures())).toMatchInlineSnapshot(`
      "
        line      time  conn     harness kernel  segment
          10  0.000001  default  |----------->|  S 0:0(0) win 64240 <mss 1460>
          11  0.000052  default  |<-----------|  S. 0:0(0) ack 1 win 65160 <mss 1460>
      !   12  0.000070  default  |            *  queue: accept 7 (expected 6), limit 5
                                 :            :  499.93ms later
      !    -  0.500000  late     |<-----------|  . 777001:777001(0) ack 1 win 65535
                                                 [stray: no step took it]
                                                   failed: silence 1s
      "
    `);
  });

  it('sets what was expected against what came', () => {
    expect(drawn(scenes.wrongSegment())).toMatchInlineSnapshot(`
      "
        line      time  conn     harness kernel  segment
          10  0.000001  default  |----------->|  S 0:0(0) win 64240 <mss 1460>
      !   11  0.009052  default  |<-----------|  R. 0:0(0) ack 1 win 0
                                                   expected S. 0:0(0) ack 1 <mss 1460>
                                                   differs in flags, options, time
      ?    -  0.009053  late     |<-----------|  R. 0:0(0) ack 1 win 0
                                                 [stray: no step took it]
      "
    `);
  });

  it('has a row for a segment that did not come', () => {
    expect(drawn(scenes.nothingCame())).toMatchInlineSnapshot(`
      "
        line      time  harness kernel  segment
          10  0.000001  |----------->|  S 0:0(0) win 64240 <mss 1460>
                        :            :  1.004s later
      !   11  1.004001  |< - - - - - |  expected S. 0:0(0) ack 1 <mss 1460>
                                          nothing came until 1.004001s
      "
    `);
  });

  it('numbers retransmissions', () => {
    expect(drawn(repeated())).toMatchInlineSnapshot(`
      "
        line      time  harness kernel  segment
          10  0.000000  |----------->|  S 0:0(0) win 1000
          11  0.001000  |<-----------|  S. 0:0(0) ack 1 win 2000
                        :            :  1s later
          12  1.001000  |<-----------|  S. 0:0(0) ack 1 win 2000 [retransmission 1]
                        :            :  2s later
          13  3.001000  |<-----------|  S. 0:0(0) ack 1 win 2000 [retransmission 2]
      "
    `);
  });

  it('of nothing is one line', () => {
    expect(drawn(scenes.skipped())).toBe('\nno segment crossed the link\n');
  });

  it('of a long run leaves out what went well in the middle, unless all is wanted', () => {
    const result = long(500);
    const lines = ladderLines(result, PLAIN);
    expect(lines.length).toBeLessThan(40);
    expect(lines.join('\n')).toContain('977 more rows: --explain shows all');
    expect(ladderLines(result, { ...PLAIN, whole: true }).filter((line) => /\|[<-]-+[>-]\|/.test(line))).toHaveLength(
      1000,
    );
  });

  it.each([55, 60, 75, 80, 100, 200])('is no wider than %i columns', (columns) => {
    for (const result of [scenes.twoFailures(), scenes.wrongSegment(), scenes.nothingCame(), repeated(), long(50)]) {
      const widths = ladderLines(result, { ...PLAIN, columns, whole: true }).map((line) => line.length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    }
  });

  it('says nothing by colour alone', () => {
    const colored = ladderLines(scenes.wrongSegment(), { ...PLAIN, paint: painter(true) }).join('\n');
    const escape = new RegExp(`${String.fromCharCode(27)}\\[[0-9]+m`, 'g');
    expect(colored).toMatch(escape);
    expect(colored.replaceAll(escape, '')).toBe(ladderLines(scenes.wrongSegment(), PLAIN).join('\n'));
  });
});
