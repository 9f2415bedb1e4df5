import { describe, expect, it } from 'vitest';
import { counterDelta, resolveCounter } from '../../src/match/counters';

const KNOWN = { 'TcpExt.ListenDrops': 7, 'Ip.InReceives': 9, 'Tcp.InErrs': 1, 'Udp.InErrors': 2, 'Icmp.InErrors': 3 };

describe('the name of a counter', () => {
  it.each([
    ['ListenDrops', 'TcpExt.ListenDrops'],
    ['TcpExt.ListenDrops', 'TcpExt.ListenDrops'],
    ['InErrors', 'Icmp.InErrors'],
    ['Udp.InErrors', 'Udp.InErrors'],
    ['listendrops', undefined],
    ['ListenDrop', undefined],
    ['toString', undefined],
    ['constructor', undefined],
  ])('%s is %s', (name, full) => {
    expect(resolveCounter(name, KNOWN)).toBe(full);
  });
});

describe('how far a counter moved', () => {
  // Samples hold only what differs from the baseline.
  it.each([
    ['not at all', {}, undefined, 0],
    ['since the start', { 'TcpExt.ListenDrops': 10 }, undefined, 3],
    ['since a mark at which it had not moved', { 'TcpExt.ListenDrops': 10 }, {}, 3],
    ['since a mark', { 'TcpExt.ListenDrops': 10 }, { 'TcpExt.ListenDrops': 9 }, 1],
    ['back (a gauge such as CurrEstab)', {}, { 'TcpExt.ListenDrops': 9 }, -2],
  ])('%s', (_, now, since, delta) => {
    expect(counterDelta('TcpExt.ListenDrops', KNOWN, now, since)).toBe(delta);
  });
});
