import { describe, expect, it } from 'vitest';
import { convertScript } from '../../../src/spec/convert/convert';
import type { PktSettings } from '../../../src/spec/spec';
import { compile, DEFAULT_TOLERANCE } from '../../../src/timeline/compile';
import { networkOf } from '../../../src/timeline/network';
import type { Timeline } from '../../../src/timeline/timeline';
import { parseText, renderAll } from '../support';
import { goodScript, HANDSHAKE } from '../pkt/support';

const DEFAULTS = { network: networkOf, tolerance: DEFAULT_TOLERANCE };

function convert(text: string, pkt: Partial<PktSettings> = {}) {
  const settings = { set: new Map(), maxCombinations: 1, pkt: { defines: new Map(), options: new Map(), ...pkt } };
  return convertScript({ path: 'folder/script.pkt', text }, settings, DEFAULTS);
}

function converted(text: string, pkt: Partial<PktSettings> = {}): string {
  const { text: yaml, diagnostics } = convert(text, pkt);
  if (yaml === undefined) throw new Error(renderAll(text, diagnostics));
  return yaml;
}

const stepsOf = (yaml: string): string => yaml.slice(yaml.indexOf('steps:\n') + 'steps:\n'.length);

/** Places and code of everything that stands in the way or is lost. */
const troubles = (text: string, pkt: Partial<PktSettings> = {}) =>
  convert(text, pkt).diagnostics.map(({ severity, span, message }) => {
    return `${severity} at ${text.slice(span.start, span.end).split('\n')[0] ?? ''}: ${message}`;
  });

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

describe('an init command that does more than set sysctls', () => {
  it('is the first step, and times from the start are counted from it', () => {
    const yaml = converted(`\`./defaults.sh\nsysctl -q a=1\`\n0 \`true\`\n+.1 \`a\`\n.3 \`b\`\n`);
    expect(yaml).not.toContain('sysctls:\n  a');
    expect(stepsOf(yaml)).toBe(
      '  - script: |\n      +0 `./defaults.sh\n      sysctl -q a=1`\n      +0 `true`\n      +0.1 `a`\n      +0.2 `b`\n',
    );
  });

  it('is in the way of times that cannot be counted otherwise', () => {
    const script = `\`x\`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = -1 EINPROGRESS (x)\n* > S 0:0(0) <...>\n1 \`true\`\n`;
    expect(troubles(script)).toEqual([expect.stringMatching(/^error at `true`: this time counts from the start/)]);
  });

  it('is in the way of stamps', () => {
    const stamp = `{cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING, cmsg_data={scm_sec=0, scm_nsec=5}}`;
    const call = `+0 recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 0}], msg_flags=0, msg_control=[${stamp}]}, MSG_ERRQUEUE) = 0\n`;
    expect(convert(`${HANDSHAKE}${call}`).diagnostics).toEqual([]);
    expect(troubles(`\`x\`\n${HANDSHAKE}${call}`)).toEqual([expect.stringMatching(/^error at recvmsg.*this stamp/)]);
  });
});

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

describe('what has no place in YAML', () => {
  it.each([
    ['--mss=500', 'error at --mss: a spec in YAML has no --mss'],
    ['--speed=10', 'error at --speed: a spec in YAML has no --speed'],
    ['--bind_port=80', 'error at --bind_port: a spec in YAML has no --bind_port'],
    ['--tcp_ts_tick_usecs=1000', 'error at --tcp_ts_tick_usecs: a spec in YAML has no --tcp_ts_tick_usecs'],
    ['--tcp_ts_ecr_scaled', 'error at --tcp_ts_ecr_scaled: a spec in YAML has no --tcp_ts_ecr_scaled'],
    ['--non_fatal=packet', 'error at --non_fatal: a spec in YAML has no --non_fatal'],
    ['--strict_segments', 'error at --strict_segments: a spec in YAML has no --strict_segments'],
    ['--psp_udp_port=1000', 'error at : this script needs PSP'],
    ['--local_ip=192.168.0.7', 'warning at --local_ip: the spec has an address of its own'],
  ])('%s', (option, trouble) => {
    expect(troubles(`${option}\n${HANDSHAKE}`)).toEqual([expect.stringContaining(trouble)]);
  });

  it.each([
    ['Python', `${HANDSHAKE}+0 %{ import os }%\n`, 'error at %{ import os }%: this code needs Python itself'],
    ['UDP', '0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3\n+0 connect(3, ..., ...) = 0\n+0 < udp (5)\n', 'is for UDP'],
    [
      'a child that nothing has accepted',
      HANDSHAKE.replace(/.*accept.*\n$/, '+0 %{ assert tcpi_rtt }%\n'),
      'no call has given',
    ],
    ['a cleanup command', `${HANDSHAKE}\`true\`\n`, 'warning at `true`: the cleanup command is left out'],
  ])('%s', (_, script, trouble) => {
    expect(troubles(script)).toEqual([expect.stringContaining(trouble)]);
  });

  it('code about a socket that is not the newest one is refused, but not its samples', () => {
    const other = `+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 5\n+0 %{ CODE }%\n`;
    const script = `${HANDSHAKE.replace(/.*accept.*\n$/, '')}${other}+0 accept(3, ..., ...) = 4\n+0 %{ CODE }%\n`;
    expect(stepsOf(converted(script.replaceAll('CODE', 'assert tcpi_rtt == 5')))).toContain('socket: socket\n');
    expect(troubles(script.replaceAll('CODE', 'print(tcpi_rtt)'))).toEqual([expect.stringContaining('not the newest')]);
  });
});

it('a script that is wrong is not converted', () => {
  expect(convert('0 socket(')).toMatchObject({ diagnostics: [{ severity: 'error', code: 'bad-call' }] });
  expect(convert('0 socket(').text).toBeUndefined();
});

it('ports and tolerances are written where they are not those of a spec', () => {
  const script = `--connect_port=443\n--tolerance_percent=5\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 connect(3, ..., ...) = -1 EINPROGRESS (x)\n+0 > S 0:0(0) <...>\n`;
  const yaml = converted(script);
  expect(yaml).toContain('tolerance: { early: 4ms, late: 4ms, percent: 5 }\n');
  expect(yaml).toContain('connections:\n  default: { remote_port: 443 }\n');
});

it('long calls stand on several lines, and long samples', () => {
  const message = '{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=600}';
  const call = `recvmsg(4, {msg_name(...)=..., msg_iov(1)=[{..., 5}], msg_flags=0, msg_control=[${message}, ${message}]}, 0) = 5`;
  const asserts = ['unacked', 'sacked', 'lost', 'retrans', 'snd_cwnd', 'rcv_space', 'reordering'].map(
    (name) => `assert tcpi_${name} == 0`,
  );
  const yaml = converted(`${HANDSHAKE}+0 ${call}\n+0 %{ ${asserts.join('\n')} }%\n`);
  expect(Math.max(...yaml.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120);
  expect(yaml).toContain('  - call: >-\n      recvmsg(app');
  expect(yaml).toContain('  - tcp_info:\n      tcpi_unacked: 0\n');
  expect(parseText(yaml).diagnostics).toEqual([]);
});
