import { describe, expect, it } from 'vitest';
import { parsePktTree } from '../../../src/spec/pkt/parse-tree';
import { snippetAt } from '../../../src/spec/snippet';
import { collect } from '../support';

/** Each event as its time and the text of its body, and what was reported. */
function eventsOf(text: string) {
  return collect(text, (list) => {
    const { events, tokens } = parsePktTree(snippetAt(text, 0), list);
    return events.map(({ time, body }) => {
      const { firstToken: _first, lastToken: _last, ...rest } = time;
      const written = text.slice(tokens.start(body.firstToken), tokens.end(body.endToken - 1));
      return [rest, body.kind, written];
    });
  });
}

describe('times', () => {
  it.each([
    ['0 ', { kind: 'absolute', startUs: 0 }],
    ['+.0000019 ', { kind: 'relative', startUs: 1 }],
    ['* ', { kind: 'any' }],
    ['0~.1 ', { kind: 'absolute', startUs: 0, endUs: 100_000 }],
    ['+0~+.1 ', { kind: 'relative', startUs: 0, endUs: 100_000 }],
  ])('%j', (time, expected) => {
    const { made } = eventsOf(`0 f() = 0\n${time}> . 1:1(0) ack 1\n`);
    expect(made[1]?.[0]).toEqual(expected);
  });

  it('of a call that blocks', () => {
    const { made, troubles } = eventsOf('0 f() = 0\n+.1...0.3 accept(3, ..., ...) = 4\n0.5...1 read(4, ..., 1) = 1\n');
    expect(troubles).toEqual([]);
    expect(made.slice(1).map(([time]) => time)).toEqual([
      { kind: 'relative', startUs: 100_000, returnUs: 300_000 },
      { kind: 'absolute', startUs: 500_000, returnUs: 1_000_000 },
    ]);
  });

  it.each([
    ['1 f() = 0', 'the first event is not at time 0'],
    ['0 f() = 0\n.2 f() = 0\n.1 f() = 0', 'time goes backward here, from 0.2 s to 0.1 s'],
    ['0 f() = 0\n* f() = 0', '`*` is for packets that are expected'],
    ['0 f() = 0\n* < . 1:1(0)', '`*` is for packets that are expected'],
    ['0 f() = 0\n+0~+1 `true`', 'a range of times is for packets that are expected'],
    ['0 f() = 0\n+0...1 > . 1:1(0)', 'only a call takes from one time to another'],
    ['0 f() = 0\n+1...0 f() = 0', 'this call returns before it starts'],
    ['0 f() = 0\n+1~+0 > .', 'this range ends before it begins'],
    ['0 f() = 0\n+1~2 > .', 'the two ends of this range are not counted from the same moment'],
    ['0 f() = 0\n+-1 f() = 0', 'a time is not negative'],
    ['0 f() = 0\n+x f() = 0', 'a number of seconds expected, not `x`'],
    ['0 f() = 0\n+99999999 f() = 0', 'this time is longer than 30 days'],
  ])('%j: %s', (text, message) => {
    expect(eventsOf(text).troubles).toEqual([expect.stringContaining(message)]);
  });

  it('from the start may go back behind one from the event before', () => {
    expect(eventsOf('0 f() = 0\n+5 f() = 0\n1 f() = 0').troubles).toEqual([]);
  });
});

describe('where events end', () => {
  it('on one line, too', () => {
    const { made, troubles } = eventsOf(
      '0 f() = 3 +0 g(3) = -1 EINVAL (x 5) +0 > . 1:2(1) ack 5 win 6 +.1 < F 1:1(0) win 9 0.5 `true` * > R 1:1(0)',
    );
    expect(troubles).toEqual([]);
    expect(made.map(([, , text]) => text)).toEqual([
      'f() = 3',
      'g(3) = -1 EINVAL (x 5)',
      '> . 1:2(1) ack 5 win 6',
      '< F 1:1(0) win 9',
      '`true`',
      '> R 1:1(0)',
    ]);
  });

  it('not at a line break inside of one', () => {
    const body = '> [ect0] 8080 > 5555 P. 1:1001(1000)\n ack 1 win 5\n <nop,nop,\n  sack 1:2 3:4>';
    const call = 'sendmsg(4, {msg_name(...)=...,\n  msg_iov(1)=[{..., 5}],\n  msg_flags=0}, 0) = 5';
    const { made, troubles } = eventsOf(`0 ${call}\n+0 ${body}\n.5 < udp (5)\n+0 < icmp unreachable CODE [1:2(1)]\n`);
    expect(troubles).toEqual([]);
    expect(made.map(([, , text]) => text)).toEqual([call, body, '< udp (5)', '< icmp unreachable CODE [1:2(1)]']);
  });

  it('at a cleanup command on its line', () => {
    const { made, troubles } = eventsOf('0 f(1) = 0`cleanup`\n');
    expect([made.map(([, , text]) => text), troubles]).toEqual([['f(1) = 0'], []]);
  });

  it('at a command or a new line that looks like an event, whatever is missing', () => {
    const { made } = eventsOf('0 f(1, [2\n+0 > S 0:0\n+0 g() = 0\n`cleanup`\n');
    expect(made.map(([, , text]) => text)).toEqual(['f(1, [2', '> S 0:0', 'g() = 0']);
  });
});

describe('several mistakes are told at once', () => {
  it('with the way out of each', () => {
    const { troubles, hints, made } = eventsOf(
      '# note\n0 f() = 0\nbind(3) = 0\n+0\n+0 g() = 0\n+0 ) \n--mss=5\n`late`\n+0 h() = 0\n',
    );
    expect(troubles).toEqual([
      'pkt-syntax at `#`: `#` does not begin a comment',
      'pkt-syntax at `bind`: this event has no time',
      'pkt-syntax at `+`: an event expected behind its time, not `+`',
      'pkt-syntax at `)`: an event expected behind its time, not `)`',
      'pkt-syntax at `--mss`: the option --mss comes too late',
      'pkt-syntax at ``late``: this command has no time',
    ]);
    expect(hints[0]).toBe('comments are `// ...` and `/* ... */`');
    expect(made.map(([, , text]) => text)).toEqual(['f() = 0', 'g() = 0', 'h() = 0']);
  });

  it.each([
    ['', 'a script has at least one event'],
    ['`init`', 'a script has at least one event'],
    ['`a`\n`b`\n0 f() = 0', 'there is an init command already'],
    ['--mss=\n0 f() = 0', '`--mss=` has no value'],
    ['0 f() = 0\n+0', 'behind this time there is no event'],
    ['0 `a` b\n+0 f() = 0', 'the time of an event expected, not `b`'],
  ])('%j: %s', (text, message) => {
    expect(eventsOf(text).troubles).toEqual([expect.stringContaining(message)]);
  });
});

it('more than 100,000 events are refused', () => {
  const { troubles } = eventsOf('0 f() = 0\n'.repeat(100_001));
  expect(troubles).toEqual([expect.stringContaining('too-many-steps')]);
});

describe('time and memory grow with the text alone', () => {
  it.each([
    ['quotation marks', '"\\"\n'],
    ['backquotes', '`\\`\n'],
    ['open brackets', '((((['],
    ['comments', '/**/'],
    ['an open comment', '/*'],
    ['stars', '/***'],
    ['code', '%{ } '],
    ['times', '+0 '],
    ['numbers', '1 '],
    ['mistakes', '# \n'],
  ])('%s', (_, unit) => {
    const started = performance.now();
    eventsOf(unit.repeat(200_000));
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
