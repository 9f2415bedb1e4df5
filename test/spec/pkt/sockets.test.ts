import { describe, expect, it } from 'vitest';
import { goodScript, HANDSHAKE, scriptTroubles } from './support';

const connectionsOf = (text: string) => goodScript(text).steps.map(({ connection }) => connection?.name ?? '-');
const declaredOf = (text: string) => goodScript(text).connections.map(({ span: _, ...declaration }) => declaration);

describe('connections', () => {
  it('of a server begin with the first segment in, and accept() takes them', () => {
    expect(
      connectionsOf(`${HANDSHAKE}+0 write(4, ..., 1) = 1\n+0 close(4) = 0\n+0 > F. 1:1(0) ack 1\n`).join(' '),
    ).toBe('- - - default default default default default default default');
    expect(declaredOf(HANDSHAKE)).toEqual([{ name: 'default', protocol: 'tcp', role: 'passive', localPort: 8080 }]);
  });

  it('of a client begin with connect(), once', () => {
    const client =
      '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = 0\n+0 > S 0:0(0)\n+0 connect(3, ..., ...) = 0\n';
    expect(connectionsOf(client)).toEqual(['-', 'default', 'default', 'default']);
    expect(declaredOf(client)).toEqual([{ name: 'default', protocol: 'tcp', role: 'active', remotePort: 8080 }]);
  });

  it('end with connect(AF_UNSPEC)', () => {
    const again =
      '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = 0\n+0 connect(3, AF_UNSPEC, ...) = 0\n+0 sendto(3, ..., 5, MSG_FASTOPEN, ..., ...) = 5\n';
    expect(connectionsOf(again)).toEqual(['-', 'default', 'default', '2']);
  });

  it('are followed by later ones: `2`, `3`', () => {
    const twice = `${HANDSHAKE}+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5\n+0 connect(5, ..., ...) = 0\n+0 > S 0:0(0)\n+0 read(4, ..., 1) = 1\n`;
    expect(connectionsOf(twice).slice(7)).toEqual(['-', '2', '2', 'default']);
  });

  it('exist without any socket: a segment to nobody', () => {
    expect(declaredOf('0 < S 0:0(0) win 1000\n+0 > R. 0:0(0) ack 1\n')).toMatchObject([{ role: 'passive' }]);
  });

  it('are given to an accept() that waits', () => {
    const text = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 listen(3, 1) = 0\n+0...0.1 accept(3, ..., ...) = 4\n+0 < S 0:0(0) win 1\n+0 read(4, ..., 1) = 1\n+0 %{ assert 1 }%\n`;
    const spec = goodScript(text);
    expect(spec.steps[4]?.connection?.name).toBe('default');
    expect(spec.steps[5]?.action).toMatchObject({ code: { socket: '4' } });
  });

  it('of UDP have the configured ports where nothing was sent', () => {
    const udp = '0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n+0 bind(3, ..., ...) = 0\n+0 < udp (5)\n';
    expect(declaredOf(`--bind_port=99\n${udp}`)).toEqual([
      { name: 'default', protocol: 'udp', role: 'passive', localPort: 99, remotePort: 8080 },
    ]);
  });
});

describe('code blocks ask', () => {
  it.each([
    ['0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 %{ assert 1 }%', '3'],
    [`${HANDSHAKE}+0 %{ assert 1 }%`, '4'],
    [HANDSHAKE.replace(/\+0 accept.*/, '+0 %{ assert 1 }%'), undefined],
    ['0 %{ assert 1 }%', undefined],
  ])('%j: %j', (text, socket) => {
    const action = goodScript(text).steps.at(-1)?.action;
    expect(action?.kind === 'code' ? action.code.socket : 'no code').toBe(socket);
  });
});

describe('mistakes', () => {
  it.each([
    ['0 < icmp unreachable', 'no socket can have this ICMP packet'],
    ['0 > S. 0:0(0)', 'no socket can have this TCP packet'],
    ['0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n+0 < . 1:1(0) win 5', 'no socket can have this TCP packet'],
    ['0 read(3, ..., 1) = 1', 'descriptor 3 is not open'],
    [`${HANDSHAKE}+0 close(4) = 0\n+0 read(4, ..., 1) = 1`, 'descriptor 4 is not open'],
    [
      '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      'descriptor 3 is open already',
    ],
    [
      '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 listen(3, 1) = 0\n+0 accept(3, ..., ...) = 4',
      'there is no connection',
    ],
  ])('%j', (text, message) => {
    expect(scriptTroubles(text)).toEqual([expect.stringContaining(message)]);
  });

  it('what follows from a mistake is not told', () => {
    expect(scriptTroubles('0 socket(..., SOCK_STREM) = 3\n+0 read(3, ..., 1) = 1\n+0 > S 0:0(0)')).toHaveLength(1);
  });

  it('accept() may give a number that is open: packetdrill lets it', () => {
    const second =
      '+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5\n+0 listen(5, 1) = 0\n+0 < S 0:0(0) win 1\n+0 > S. 0:0(0) ack 1\n+0 accept(5, ..., ...) = 4\n';
    expect(scriptTroubles(`${HANDSHAKE}${second}+0 close(4) = 0\n+0 close(4) = 0\n`)).toEqual([]);
  });
});
