import { describe, expect, it } from 'vitest';
import { goodSteps, parseText, troublesOf } from '../support';

const script = (...lines: readonly string[]) => `  - script: |\n${lines.map((line) => `      ${line}\n`).join('')}`;

describe('script', () => {
  it('becomes one step for each event, on its connection', () => {
    const steps = goodSteps(
      `${script('+0 < S 0:0(0) win 5 // SYN', '.1 > S. 0:0(0) ack 1 <...>', '+0 accept(server, ..., ...) = 4', '+0...0.1 read(4, ..., 1) = 1')}    connection: c\n${script('+0 close(4) = 0', '+0 `true`', '+0 %{ assert 1 }%')}`,
    );
    expect(steps.map(({ label }) => label)).toEqual([
      'inject S 0:0(0) win 5',
      'expect S. 0:0(0) ack 1 <...>',
      'accept(server, ..., ...) = 4',
      'read(4, ..., 1) = 1',
      'close(4) = 0',
      'command true',
      'code assert 1',
    ]);
    expect(steps.map(({ connection }) => connection?.name)).toEqual([
      'c',
      'c',
      'c',
      'c',
      'default',
      undefined,
      undefined,
    ]);
    expect(steps[1]).toMatchObject({ when: { anchor: 'start', startNs: 1e8 }, action: { joined: true } });
    expect(steps[2]?.action).toMatchObject({ call: { args: [{ kind: 'socket', name: 'server' }, {}, {}] } });
    expect(steps[6]?.action).toMatchObject({ code: { socket: '4', firstLine: 13 } });
  });

  it('may make a pipe', () => {
    const lines = ['+0 pipe([5, 6]) = 0', '+0 write(6, ..., 1) = 1', '+0 close(5) = 0', '+0 pipe([5, 7]) = 0'];
    expect(goodSteps(script(...lines))).toHaveLength(4);
    expect(troublesOf(script('+0 pipe([5, 6]) = 0', '+0 pipe([6, 7]) = 0'))).toEqual(['duplicate-name: 6']);
    expect(troublesOf(script('+0 pipe([5, 6]) = -1 EMFILE (x)', '+0 close(5) = 0'))).toEqual(['unknown-socket: 5']);
  });

  it('asks in its code about the newest socket, whatever other descriptors there are', () => {
    const lines = ['+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4', '+0 epoll_create(1) = 5', '+0 %{ assert 1 }%'];
    expect(goodSteps(script(...lines)).at(-1)?.action).toMatchObject({ code: { socket: '4' } });
  });

  it('may stand in a `repeat`', () => {
    const steps = goodSteps(`  - repeat: 2\n    as: c\n    steps:\n      - script: "+0 < S 0:0(0) win \${i}"\n`);
    expect(steps.map(({ connection, repetition }) => [connection?.name, repetition])).toEqual([
      ['c1', 'c 1 of 2'],
      ['c2', 'c 2 of 2'],
    ]);
  });

  it.each([
    [['+0 < S 0:0(0) wim 5 win 5'], 'bad-segment: wim'],
    [['+0 read(9, ..., 1) = 1'], 'unknown-socket: 9'],
    [['--mss=5', '+0 `true`'], 'pkt-syntax: --mss'],
    [['+0 `true`', '`true`'], 'pkt-syntax: `true`'],
    [['+0 %{ import os }%'], 'bad-code: %{ import os }%'],
    [['+2 `true`', '1 `true`'], 'time-goes-backwards: `true`'],
  ])('%j: %s', (lines, trouble) => {
    expect(troublesOf(script(...lines))).toContain(trouble);
  });

  it('is a text', () => {
    expect(parseText('name: x\nsteps:\n  - script: [1]\n').diagnostics).toMatchObject([{ code: 'wrong-type' }]);
  });
});
