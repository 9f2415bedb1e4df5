import { describe, expect, it } from 'vitest';
import type { ConnectionDeclaration, Spec, Step } from '../../src/spec/model';
import { layOutConnections } from '../../src/timeline/connections';
import { networkOf } from '../../src/timeline/network';
import { callOf, ELLIPSIS, seg, socketNamed, struct } from '../support/builders';
import { specOf, specStep } from '../support/specs';

const SPAN = { start: 0, end: 0 };

function on(name: string | undefined): Step {
  return specStep({ kind: 'inject', packet: seg('S', { seq: 0 }) }, name === undefined ? {} : { on: name });
}

function connect(name?: string): Step {
  const call = callOf('connect', [socketNamed('app'), ELLIPSIS, ELLIPSIS], 0);
  return specStep({ kind: 'call', call }, name === undefined ? {} : { on: name });
}

function declare(name: string, fields: Partial<ConnectionDeclaration> = {}): ConnectionDeclaration {
  return { name, span: { start: 7, end: 9 }, ...fields };
}

function layOut(
  fields: Partial<Spec>,
  ip: 'ipv4' | 'ipv6' | 'ipv4-mapped' = 'ipv4',
): ReturnType<typeof layOutConnections> {
  return layOutConnections(specOf(fields), networkOf(ip));
}

describe('ports', () => {
  it('go up from 40001 in the order of first use, not of declaration', () => {
    const { connections } = layOut({ connections: [declare('z')], steps: [on('b'), on('a'), on('b'), on(undefined)] });
    expect(connections.map(({ name, remotePort }) => [name, remotePort])).toEqual([
      ['b', 40_001],
      ['a', 40_002],
      ['default', 40_003],
      ['z', 40_004],
    ]);
  });

  it('that are declared are left to their owners', () => {
    const { connections } = layOut({
      connections: [declare('late', { remotePort: 40_002 })],
      steps: [on('a'), on('b'), on('c'), on('late')],
    });
    expect(connections.map(({ remotePort }) => remotePort)).toEqual([40_001, 40_003, 40_004, 40_002]);
  });

  it('listen on 8080 unless the server says otherwise', () => {
    expect(layOut({ steps: [on('a')] }).connections[0]).toMatchObject({ role: 'passive', localPort: 8080 });
    const server = { kind: 'listener', port: 80, backlog: 5, options: [], span: SPAN } as const;
    expect(layOut({ server, steps: [on('a')] }).connections[0]).toMatchObject({ localPort: 80 });
    expect(
      layOut({ server, connections: [declare('a', { localPort: 81 })], steps: [on('a')] }).connections[0],
    ).toMatchObject({
      localPort: 81,
    });
  });

  it('run out with one diagnostic', () => {
    const steps = Array.from({ length: 25_536 }, (_, index) => on(`c${index}`));
    expect(layOut({ steps: steps.slice(1) }).diagnostics).toEqual([]);
    expect(layOut({ steps }).diagnostics).toMatchObject([{ code: 'out-of-range', severity: 'error' }]);
  });
});

describe('roles', () => {
  it('a connection that the kernel opens has no port of the kernel yet, and goes to 8080', () => {
    expect(layOut({ steps: [connect('out')] }).connections).toEqual([
      {
        index: 0,
        name: 'out',
        role: 'active',
        protocol: 'tcp',
        localAddress: '192.168.0.1',
        localPort: undefined,
        remoteAddress: '192.0.2.1',
        remotePort: 8080,
      },
    ]);
  });

  it('connect() without a connection opens the default one', () => {
    expect(layOut({ steps: [connect(), on(undefined)] }).connections).toMatchObject([
      { name: 'default', role: 'active' },
    ]);
  });

  it('a connection that came in stays one, though a call on it names an address', () => {
    const names = struct({ msg_name: ELLIPSIS });
    const send = specStep({ kind: 'call', call: callOf('sendmsg', [socketNamed('app'), names, ELLIPSIS], 5) });
    expect(layOut({ steps: [on(undefined), send] }).connections).toMatchObject([{ role: 'passive' }]);
    expect(layOut({ steps: [send, on(undefined)] }).connections).toMatchObject([{ role: 'active' }]);
  });

  it('other calls and samples without a connection name none', () => {
    const listen = specStep({ kind: 'call', call: callOf('listen', [socketNamed('server')], 0) });
    const queue = specStep({ kind: 'sample', sample: { kind: 'queue', fields: [] } });
    expect(layOut({ steps: [listen, queue, specStep({ kind: 'silence', durationNs: 5 })] }).connections).toEqual([]);
  });

  it('members of a group name their own', () => {
    const member = (name: string) => ({ span: SPAN, label: name, connection: { name, span: SPAN }, packet: seg('.') });
    const group = specStep({
      kind: 'group',
      members: [member('b'), { span: SPAN, label: 'd', packet: seg('.') }],
      exclusive: false,
    });
    expect(layOut({ steps: [group] }).connections.map(({ name }) => name)).toEqual(['b', 'default']);
  });
});

describe('addresses', () => {
  it('are written canonically', () => {
    const { connections, diagnostics } = layOut(
      { connections: [declare('a', { remoteAddress: 'FD3D:FA7B:D17D:0:0:0:0:00AB' })], steps: [on('a')] },
      'ipv6',
    );
    expect(diagnostics).toEqual([]);
    expect(connections[0]?.remoteAddress).toBe('fd3d:fa7b:d17d::ab');
  });

  it.each([
    ['ipv4', '192.0.3.1', 'outside'],
    ['ipv4', 'fd3d:fa7b:d17d::2', 'not an IPv4 address'],
    ['ipv4-mapped', 'fd3d:fa7b:d17d::2', 'not an IPv4 address'],
    ['ipv6', '192.0.2.7', 'not an IPv6 address'],
    ['ipv6', 'fd3d:fa7b:d17e::1', 'outside'],
  ] as const)('%s: %s is refused (%s)', (ip, remoteAddress, reason) => {
    const { diagnostics } = layOut({ connections: [declare('a', { remoteAddress })], steps: [on('a')] }, ip);
    expect(diagnostics).toMatchObject([{ code: 'bad-value', severity: 'error', span: { start: 7, end: 9 } }]);
    expect(diagnostics[0]?.message).toContain(reason);
  });

  it.each(['192.0.2.0', '192.0.2.255'])('%s is within the remote network', (remoteAddress) => {
    expect(layOut({ connections: [declare('a', { remoteAddress })], steps: [on('a')] }).diagnostics).toEqual([]);
  });
});

describe('tuples', () => {
  it('two connections with the same one are a mistake', () => {
    const { diagnostics } = layOut({
      connections: [declare('a', { remotePort: 50_000 }), declare('b', { remotePort: 50_000 })],
      steps: [on('a'), on('b')],
    });
    expect(diagnostics).toMatchObject([{ code: 'duplicate-name', severity: 'error' }]);
    expect(diagnostics[0]?.message).toMatch(/`a` and `b`/);
  });

  it('another address, or another port of the kernel, makes another one', () => {
    const { diagnostics } = layOut({
      connections: [
        declare('a', { remotePort: 50_000 }),
        declare('b', { remotePort: 50_000, remoteAddress: '192.0.2.9' }),
        declare('c', { remotePort: 50_000, localPort: 81 }),
      ],
    });
    expect(diagnostics).toEqual([]);
  });

  it('two connections that the kernel opens may go to the same port: its own ports differ', () => {
    expect(layOut({ steps: [connect('a'), connect('b')] }).diagnostics).toEqual([]);
  });
});
