import { describe, expect, it } from 'vitest';
import { counterValues, movedCounters } from '../../../src/host/linux/counters';
import { TCP_FLAG } from '../../../src/wire/wire';
import { output, temporaryFolder, useTestHost } from '../../support/live';
import { establish, IPV4, listen, segment } from '../../support/segments';
import type { CounterValues } from '../../../src/trace/trace';

const { open } = useTestHost();

describe('/proc/net/snmp and netstat', () => {
  it('are pairs of lines', () => {
    const lines = ['Tcp: MaxConn InSegs', 'Tcp: -1 12', 'TcpExt: SyncookiesSent', 'TcpExt: 3'];
    expect(counterValues(lines)).toEqual({ 'Tcp.MaxConn': -1, 'Tcp.InSegs': 12, 'TcpExt.SyncookiesSent': 3 });
  });

  it('are compared with those of before, value by value', () => {
    const before = ['Tcp: MaxConn InSegs OutSegs', 'Tcp: -1 12 9', 'TcpExt: SyncookiesSent', 'TcpExt: 3'];
    const now = ['Tcp: MaxConn InSegs OutSegs', 'Tcp: -1 13 9', 'TcpExt: SyncookiesSent', 'TcpExt: 3'];
    expect(movedCounters(before, now)).toEqual({ 'Tcp.InSegs': 13 });
    expect(movedCounters(now, now)).toEqual({});
  });
});

describe('the counters of a run', () => {
  it('has the counters of its own network, as nstat does', () => {
    const run = open();
    const before = run.counters();
    expect(before['Tcp.InSegs']).toBe(0);
    listen(run, 1);
    for (const port of [40001, 40002]) establish(run, IPV4, port);
    run.inject(segment(IPV4, 40003, TCP_FLAG.SYN));
    const after = run.counters();
    expect(after['TcpExt.ListenOverflows']).toBe(1);
    expect(after['TcpExt.ListenDrops']).toBe(1);
    const nstat = output('nstat', ['-az'], { ...process.env, NSTAT_HISTORY: `${temporaryFolder}/nstat` });
    for (const [name, value] of nstatCounters(nstat)) expect([name, lookUp(after, name)]).toEqual([name, value]);
  });

  it('tells which have moved since all were read', () => {
    const run = open();
    const before = run.counters();
    expect(run.movedCounters()).toEqual({});
    listen(run, 1);
    establish(run, IPV4, 40001);
    const moved = run.movedCounters();
    expect(moved).toMatchObject({ 'Tcp.InSegs': 2, 'Tcp.OutSegs': 1, 'Tcp.PassiveOpens': 1 });
    const after = run.counters();
    const differing = Object.entries(after).filter(([name, value]) => before[name] !== value);
    expect(Object.fromEntries(differing)).toEqual(moved);
    expect(run.movedCounters()).toEqual({});
  });
});

/** Names without their group, of the groups that /proc/net/snmp and netstat have. */
function nstatCounters(text: string): readonly (readonly [string, number])[] {
  return text
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([name = '']) => /^(Tcp|TcpExt|IpExt)[A-Z]/.test(name) && !/^TcpExtTcp/.test(name))
    .map(([name = '', value = '']) => [name, Number(value)] as const);
}

function lookUp(counters: CounterValues, name: string): number | undefined {
  const group = /^(TcpExt|IpExt|Tcp)/.exec(name)?.[0] ?? '';
  return counters[`${group}.${name.slice(group.length)}`];
}
