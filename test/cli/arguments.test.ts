import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  address,
  duration,
  nameList,
  ipList,
  jobCount,
  port,
  reporters,
  retryCount,
  settings,
} from '../../src/cli/arguments';

describe('--ip', () => {
  it.each([
    ['ipv4', ['ipv4']],
    ['ipv6,ipv4', ['ipv6', 'ipv4']],
    ['ipv4, ipv4-mapped', ['ipv4', 'ipv4-mapped']],
  ])('%s', (text, variants) => {
    expect(ipList(text)).toEqual(variants);
  });

  it.each(['', 'ipv5', 'ipv4,', 'IPv4', 'ipv4 ipv6'])('%j is refused, with what there is', (text) => {
    expect(() => ipList(text)).toThrow(InvalidArgumentError);
    expect(() => ipList(text)).toThrow(/ipv4, ipv6, ipv4-mapped/);
  });
});

describe('--jobs', () => {
  it.each([
    ['1', 1],
    ['256', 256],
  ])('%s', (text, jobs) => {
    expect(jobCount(text)).toBe(jobs);
  });

  it.each(['', '0', '-1', '1.5', 'many', '257', 'NaN', 'Infinity'])('%j is refused', (text) => {
    expect(() => jobCount(text)).toThrow(InvalidArgumentError);
  });
});

describe('--target', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:DB8:0::7', '2001:db8::7'],
  ])('%s', (text, canonical) => {
    expect(address(text)).toBe(canonical);
  });

  it.each(['', 'localhost', '203.0.113', '203.0.113.7:80', 'fe80::1%eth0'])('%j is refused', (text) => {
    expect(() => address(text)).toThrow(InvalidArgumentError);
  });
});

describe('--port', () => {
  it('is a port', () => {
    expect([port('1'), port('65535')]).toEqual([1, 65_535]);
  });

  it.each(['', '0', '65536', 'http', '80.5'])('%j is refused', (text) => {
    expect(() => port(text)).toThrow(InvalidArgumentError);
  });
});

describe('--longest', () => {
  it.each([
    ['3h', 10_800_000_000_000],
    ['90', 90_000_000_000],
    ['2min', 120_000_000_000],
  ])('%s', (text, durationNs) => {
    expect(duration(text)).toBe(durationNs);
  });

  it.each(['', '0', '-1s', '2h11m', 'forever'])('%j is refused', (text) => {
    expect(() => duration(text)).toThrow(/a duration such as 90s, 10min or 3h/);
  });
});

describe('--retries', () => {
  it.each([
    ['0', 0],
    ['7', 7],
  ])('%s', (text, retries) => {
    expect(retryCount(text)).toBe(retries);
  });

  it.each(['', '-1', '0.5', 'x', 'Infinity'])('%j is refused', (text) => {
    expect(() => retryCount(text)).toThrow(InvalidArgumentError);
  });
});

describe('--set', () => {
  it('adds to what was set before; the last one of a name wins; a value may hold anything', () => {
    const first = settings('a=1', new Map());
    expect([...settings('b=x=y', settings('a=', first))]).toEqual([
      ['a', ''],
      ['b', 'x=y'],
    ]);
    expect([...first]).toEqual([['a', '1']]);
  });

  it.each(['', 'a', '=1'])('%j is refused', (text) => {
    expect(() => settings(text, new Map())).toThrow(InvalidArgumentError);
  });
});

describe('--reporter', () => {
  const read = reporters(['console', 'json']);

  it('may be given several times, with and without a file', () => {
    expect(read('json=out/a=b.json', read('console', undefined))).toEqual([
      { name: 'console', file: undefined },
      { name: 'json', file: 'out/a=b.json' },
    ]);
  });

  it.each(['', 'tap', 'JSON', '=x', 'json='])('%j is refused', (text) => {
    expect(() => read(text, undefined)).toThrow(InvalidArgumentError);
  });

  it('an unknown one is told with what there is', () => {
    expect(() => read('tap', undefined)).toThrow(/`tap`.*console, json/);
  });
});

describe('--kernel', () => {
  it('takes names with commas between them, each once', () => {
    expect(nameList('5.10, 6.12,5.10')).toEqual(['5.10', '6.12']);
    expect(() => nameList('5.10,,6.12')).toThrow('names with commas');
    expect(() => nameList('')).toThrow('names with commas');
  });
});
