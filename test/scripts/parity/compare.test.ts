import { describe, expect, it } from 'vitest';
import { type Compared, comparisonText, differenceOf, eventLine, mutantText } from '../../../scripts/parity/compare';
import { type Kind, type Outcome, PASSED } from '../../../scripts/parity/outcome';

const SCRIPT = `// a comment
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 %{ assert a; \\
   1 == 1
}%
+.1 < S 0:0(0) win 1
// another one
   * > S. 0:0(0) ack 1
`;

function failed(line: number | undefined, ...kinds: readonly Kind[]): Outcome {
  return { passed: false, kinds, message: 'why', ...(line === undefined ? {} : { line }) };
}

function pair(packetdrill: Outcome, packetspec: Outcome): Compared {
  return { name: 'a.pkt [ipv4]', text: SCRIPT, packetdrill, packetspec };
}

it.each([
  [2, 2],
  [3, 3],
  [4, 3],
  [5, 3],
  [6, 6],
  [7, 6],
  [8, 8],
  [99, 8],
])('line %i belongs to the event on line %i', (line, begin) => {
  expect(eventLine(SCRIPT, line)).toBe(begin);
});

describe('two outcomes', () => {
  it.each([
    [PASSED, PASSED, undefined],
    [PASSED, failed(8, 'time'), 'verdict'],
    [failed(8, 'time'), PASSED, 'verdict'],
    [failed(8, 'field:ack'), failed(8, 'time', 'field:ack'), undefined],
    [failed(8, 'field:ack'), failed(8, 'time'), 'kind'],
    [failed(8, 'time'), failed(6, 'time'), 'line'],
    [failed(5, 'code'), failed(3, 'code'), undefined],
    [failed(undefined, 'code'), failed(3, 'code'), undefined],
  ] as const)('%j and %j differ in: %s', (packetdrill, packetspec, difference) => {
    expect(differenceOf(pair(packetdrill, packetspec))).toBe(difference);
  });
});

it('the report tells every difference, and counts', () => {
  const again = { ...PASSED, remark: 'was run again 1 time(s) after a timing error' };
  expect(
    comparisonText([pair(again, PASSED), pair(PASSED, failed(8, 'time')), pair(failed(8, 'time'), failed(6, 'time'))]),
  ).toMatchInlineSnapshot(`
      "--- different verdict
      a.pkt [ipv4]
          packetdrill: pass
          packetspec:  line 8, time: why

      --- different line
      a.pkt [ipv4]
          packetdrill: line 8, time: why
          packetspec:  line 6, time: why

      --- run again
      a.pkt [ipv4]: packetdrill was run again 1 time(s) after a timing error

      3 runs: both pass 1, neither passes 1; 1 with another verdict, 1 with another line, 0 with another kind"
    `);
});

it('the report on mutants tells what passes only here, and what only there', () => {
  const text = mutantText([pair(failed(8, 'time'), PASSED), pair(PASSED, failed(8, 'time')), pair(PASSED, PASSED)]);
  expect(text).toContain('--- rejected by packetdrill, and passed here\na.pkt [ipv4]');
  expect(text).toContain('--- passed by packetdrill, and not here\na.pkt [ipv4]');
  expect(text).toContain('3 mutants: 0 rejected by both, 1 passed by both, 1 passed only here, 1 only by packetdrill');
});
