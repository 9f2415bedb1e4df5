import { describe, expect, it } from 'vitest';
import { mutantsOf } from '../../../scripts/parity/mutate';

const SCRIPT = `--tolerance_usecs=4000
// ack 1 in a comment
\`sysctl -q net.ipv4.tcp_sack=1\`
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+.1 < S 0:0(0) win 32792 <mss 1460,sackOK,nop,nop,nop,wscale 7>
+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 8>
+.02 < . 1:1(0) ack 1 win 257
+0 read(4, ..., 100) = -1 EAGAIN (Resource temporarily unavailable)
+0 > P. 1:1001(1000) ack 1
+0 < . 1:1(0) ack 1 win 257 <sack 2001:3001,nop,nop>
+0 %{ assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd }%
`;

/** Line, and what was changed, of every mutant that there is. */
const ALL = mutantsOf(SCRIPT, 1, 10_000).map(({ line, what }) => `${line} ${what}`);

describe('mutants', () => {
  it.each([
    '5 option value: 1 -> 2',
    '6 result: 0 -> 1',
    '6 result: 0 -> -1 EINVAL (Invalid argument)',
    '7 time: .1 -> 0.15',
    '7 time: .1 -> 0.2',
    '7 time: .1 -> 0.05',
    '7 window: 32792 -> 32793',
    '7 option: 7 -> 8',
    '7 option kind: sackOK, -> nop,nop,',
    '8 option kind: ,nop,wscale 8 -> ',
    '8 flag: S. -> PS.',
    '9 time: .02 -> 0.07',
    '10 errno: EAGAIN -> EINVAL',
    '11 flag: P. -> .',
    '11 sequence: 1:1001(1000) -> 2:1002(1000)',
    '11 sequence: 1:1001(1000) -> 1:1002(1001)',
    '11 ack: 1 -> 2',
    '12 option: 2001:3001 -> 2001:3002',
    '13 assertion: 10 -> 11',
  ])('%s', (mutant) => {
    expect(ALL).toContain(mutant);
  });

  it('leave options, comments and commands alone, and the flags of what is sent', () => {
    expect(ALL.filter((one) => /^[1-3] /.test(one))).toEqual([]);
    expect(ALL.filter((one) => /^(?:7|9|12) flag/.test(one))).toEqual([]);
  });

  it('differ from the script in the line that they name, and in no other', () => {
    const before = SCRIPT.split('\n');
    for (const { line, text } of mutantsOf(SCRIPT, 1, 10_000)) {
      const changed = text.split('\n').flatMap((one, index) => (one === before[index] ? [] : [index + 1]));
      expect(changed).toEqual([line]);
    }
  });

  it('are those of the seed, each once', () => {
    expect(mutantsOf(SCRIPT, 5, 20)).toEqual(mutantsOf(SCRIPT, 5, 20));
    expect(mutantsOf(SCRIPT, 5, 20)).not.toEqual(mutantsOf(SCRIPT, 6, 20));
    expect(mutantsOf(SCRIPT, 5, 20)).toHaveLength(20);
    expect(new Set(ALL).size).toBe(ALL.length);
    expect(mutantsOf('// nothing here\n', 5, 20)).toEqual([]);
  });

  it('are of all kinds, however rare a kind is', () => {
    const rules = new Set(ALL.map((one) => one.replace(/^\d+ (.*?):.*$/, '$1')));
    const few = mutantsOf(SCRIPT, 3, 60).map(({ what }) => what.replace(/:.*$/, ''));
    expect(new Set(few)).toEqual(rules);
  });
});
