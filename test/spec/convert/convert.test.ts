import { describe, expect, it } from 'vitest';
import { compile } from '../../../src/timeline/compile';
import type { Timeline } from '../../../src/timeline/timeline';
import { parseText } from '../support';
import { goodScript, HANDSHAKE } from '../pkt/support';
import { convert, converted, troubles } from './support';

it('writes a whole spec, with the comments', () => {
  const script = `// How a listener answers.
--tolerance_usecs=14000
\`sysctl -q net.ipv4.tcp_sack=0\`
${HANDSHAKE}
// It waits.
+0...0.1 read(4, ..., 1000) = 10
+.05 < P. 1:11(10) ack 1 win 1000
+0~+.04 > . 1:1(0) ack 11
+0 %{ assert tcpi_bytes_received == 10, tcpi_bytes_received }%
+0 %{ print(tcpi_rtt) }%
+.01 \`echo \${HOME}\`
`;
  expect(converted(script)).toBe(`# How a listener answers.
name: How a listener answers
requires:
  sysctls: [net.ipv4.tcp_sack]
ip: ipv4
sysctls:
  net.ipv4.tcp_sack: 0
super_segments: true
tolerance: 14ms
steps:
  - call: socket(..., SOCK_STREAM, IPPROTO_TCP) = server
  - call: bind(server, ..., ...) = 0
  - call: listen(server, 1) = 0
  - inject: S 0:0(0) win 1000 <mss 1000>
  - expect: S. 0:0(0) ack 1 <mss 1460>
    at: +0s
  - inject: . 1:1(0) ack 1 win 1000
  - call: accept(server, ..., ...) = app

  # It waits.
  - call: read(app, ..., 1000) = 10
    returns: +100ms
  - inject: P. 1:11(10) ack 1 win 1000
    at: +50ms
  - expect: . 1:1(0) ack 11 <>
    at: +0s~+40ms
  - tcp_info: { tcpi_bytes_received: 10 }
    socket: app
  - script: |
      +0 %{ print(tcpi_rtt) }%
      +0.01 \`echo $\${HOME}\`
`);
});

describe('what comes out means the same', () => {
  it.each([
    ['a server', HANDSHAKE],
    [
      'a client, twice',
      `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 connect(3, ..., ...) = -1 EINPROGRESS (x)
* > S 0:0(0) <...>
+0 < R. 0:0(0) ack 1 win 0
+0 connect(3, AF_UNSPEC, ...) = 0
0.5 connect(3, ..., ...) = -1 EINPROGRESS (x)
0.5~0.6 > S 0:0(0) <...>
`,
    ],
    [
      'messages with an address on a connection that came in',
      `${HANDSHAKE}+0 sendmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 5}], msg_flags=0}, 0) = 5\n`,
    ],
    ['an error', `${HANDSHAKE}+0 < icmp unreachable host_unreachable [1:1001(1000)]\n`],
    [
      'marked packets',
      `${HANDSHAKE}+0 < [ce] EP. 1:2(1) ack 1 win 5 <nop,nop,TS val 5 ecr 0>\n+0 > [ect01] E. 1:1(0) ack 2 <...>\n`,
    ],
    ['names of flow labels', `${HANDSHAKE}+0 > [flowlabel 0x1] . 1:1(0) ack 2\n`],
  ])('%s', (_, script) => {
    const yaml = parseText(converted(script));
    const [spec] = yaml.specs;
    if (spec === undefined) throw new Error('no spec');
    expect(yaml.diagnostics).toEqual([]);
    const [before] = compile(goodScript(script)).timelines;
    const [after] = compile(spec).timelines;
    expect(essence(after)).toEqual(essence(before));
  });
});

/** What decides a verdict, without what is only called otherwise. */
function essence(timeline: Timeline | undefined): unknown {
  if (timeline === undefined) throw new Error('no timeline');
  const { steps, connections, network, requires, sysctls, localPort, strays } = timeline;
  return {
    network: { ...network, gateway: '' },
    rest: { requires, sysctls, localPort, strays },
    connections: connections.map(({ name: _, ...one }) => one),
    steps: steps.map(({ action, when, connection, tolerance }, index) => ({
      when: plainly(when, action.kind, index),
      tolerance: { ...tolerance, distance: '' },
      action: withoutNames(action),
      ...(action.kind === 'call' ? {} : { connection }),
    })),
  };
}

function plainly(when: Timeline['steps'][number]['when'], kind: string, index: number): unknown {
  const isNext = when.kind === 'window' && when.startNs === 0 && when.endNs === 0;
  return isNext && (when.anchor === 'previous' || index === 0) && kind !== 'expect' ? { kind: 'prompt' } : when;
}

/** Places and names of sockets are not compared, nor what is left out for never making a difference. */
function withoutNames(action: unknown): unknown {
  return JSON.parse(
    JSON.stringify(action, (key, value: unknown) => {
      if (['span', 'zeros', 'name', 'firstLine', 'socket'].includes(key)) return undefined;
      return (key === 'urgentPointer' || key === 'ack') && value === 0 ? undefined : value;
    }),
  ) as unknown;
}

describe('variants', () => {
  const all = { ip: ['ipv4', 'ipv6', 'ipv4-mapped'] as const, profile: 'kselftest' };

  it('are one spec, where they come to the same', () => {
    expect(converted(HANDSHAKE, all)).toContain('ip: [ipv4, ipv6, ipv4-mapped]\n');
    expect(converted(HANDSHAKE, { ip: ['ipv6'], profile: 'kselftest' })).not.toContain('mtu');
    expect(converted(HANDSHAKE, { ip: ['ipv6'] })).toContain('mtu: 1500\n');
  });

  it('are not, where a definition differs', () => {
    const script = `${HANDSHAKE}+0 setsockopt(4, CMSG_LEVEL_IP, 11, [1], 4) = 0\n`;
    expect(troubles(script, all)).toEqual([expect.stringMatching(/over ipv4 and another over ipv6/)]);
  });
});

it('a script that is wrong is not converted', () => {
  expect(convert('0 socket(')).toMatchObject({ diagnostics: [{ severity: 'error', code: 'bad-call' }] });
  expect(convert('0 socket(').text).toBeUndefined();
});
