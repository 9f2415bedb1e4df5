import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/base/nanoseconds';
import { readDuration, readWhen } from '../../../src/spec/notation/time';
import { snippetAt } from '../../../src/spec/snippet';
import { collect } from '../support';

function when(text: string, ranges = true) {
  return collect(text, (complaints) => readWhen(snippetAt(text, 0), { ranges }, complaints));
}

const window = (anchor: string, startNs: number, endNs = startNs) => ({ kind: 'window', anchor, startNs, endNs });

describe('times', () => {
  const good: readonly [string, object][] = [
    ['1.5s', window('start', 1.5 * NS_PER_S)],
    ['1.5', window('start', 1.5 * NS_PER_S)],
    ['0', window('start', 0)],
    ['+0', window('previous', 0)],
    ['+.2', window('previous', 0.2 * NS_PER_S)],
    ['+200ms', window('previous', 200 * NS_PER_MS)],
    ['1s~2s', window('start', NS_PER_S, 2 * NS_PER_S)],
    ['+1s~+2s', window('previous', NS_PER_S, 2 * NS_PER_S)],
    ['+1s ~ +2s', window('previous', NS_PER_S, 2 * NS_PER_S)],
    ['last+1s', window('connection', NS_PER_S)],
    ['last + 1s', window('connection', NS_PER_S)],
    ['last', window('connection', 0)],
    ['last+1s~+2s', window('connection', NS_PER_S, 2 * NS_PER_S)],
    ['last+1s~last+2s', window('connection', NS_PER_S, 2 * NS_PER_S)],
    ['any', { kind: 'any', limitNs: 60 * NS_PER_S }],
    ['*', { kind: 'any', limitNs: 60 * NS_PER_S }],
  ];
  it.each(good)('%s', (text, expected) => {
    expect(when(text)).toEqual({ made: expected, troubles: [], hints: [] });
  });

  const bad: readonly [string, string][] = [
    ['soon', '`soon` is not a time'],
    ['1e3', '`1e3` is not a time'],
    ['-1s', '`-1s` is not a time'],
    ['++1s', '`++1s` is not a time'],
    ['last1s', '`last1s` is not a time'],
    ['1s~', '`1s~` is not a time'],
    ['1s~+2s', 'the two ends of this range are not counted from the same moment'],
    ['+1s~2s', 'the two ends of this range are not counted from the same moment'],
    ['2s~1s', 'this range ends before it begins'],
    ['800h', '`800h` is longer than 30 days'],
  ];
  it.each(bad)('%s is refused', (text, message) => {
    const { made, troubles } = when(text);
    expect(made).toBeUndefined();
    expect(troubles[0]).toContain(message);
  });

  it.each(['any', '1s~2s', '+1s~+2s'])('%s is for what is expected', (text) => {
    expect(when(text, false).troubles[0]).toContain('a range of times makes sense only for what is expected');
  });
});

describe('durations', () => {
  const read = (text: string) => collect(text, (complaints) => readDuration(snippetAt(text, 0), complaints));

  it('reads units', () => {
    expect(read('200ms').made).toBe(200 * NS_PER_MS);
    expect(read('2min').made).toBe(120 * NS_PER_S);
    expect(read('2').made).toBe(2 * NS_PER_S);
  });

  it('says how a duration is written', () => {
    expect(read('1parsec').troubles).toEqual(['bad-duration at `1parsec`: `1parsec` is not a duration']);
    expect(read('1parsec').hints[0]).toContain('units: ns, us, ms, s, min, h');
    expect(read('721h').troubles[0]).toContain('longer than 30 days');
  });
});
