import { describe, expect, it } from 'vitest';
import { goodScript, goodScripts, HANDSHAKE, scriptTroubles } from './support';

const EVENT = '0 `true`\n';
const options = (values: Record<string, string>) => ({ options: new Map(Object.entries(values)) });

describe('what options mean', () => {
  it('by default', () => {
    const spec = goodScript(EVENT);
    expect(spec.network).toEqual({
      mtu: 1500,
      localAddress: '192.168.0.1',
      localPrefixLength: 16,
      remoteAddress: '192.0.2.1',
      remotePrefixLength: 24,
      gateway: '192.168.0.1',
      bindPort: 8080,
      superSegments: true,
    });
    expect(spec.tolerance).toEqual({ earlyNs: 4e6, lateNs: 4e6, percent: 12.5, distance: 'scripted' });
    expect(spec.script).toEqual({
      scaledEchoes: false,
      toleratesPackets: false,
      interpreter: 'python3',
      needsInterpreter: false,
      gated: true,
    });
  });

  it('for the network', () => {
    const script =
      '--local_ip=10.1.0.1 --remote_ip="10.9.0.1/16" --gateway_ip=10.1.0.2 --netmask_ip=255.255.255.0 --mtu=900 --speed=10 --mss=500 --bind_port=99 --is_anyip\n';
    expect(goodScript(script + EVENT).network).toEqual({
      mtu: 900,
      localAddress: '10.1.0.1',
      localPrefixLength: 24,
      remoteAddress: '10.9.0.1',
      remotePrefixLength: 16,
      gateway: '10.1.0.2',
      speedMbps: 10,
      gsoSize: 500,
      bindPort: 99,
      anyIp: true,
      superSegments: true,
    });
  });

  it('for IPv6', () => {
    expect(goodScript(`--ip_version=ipv6\n--local_ip=FD::1\n${EVENT}`).network).toMatchObject({
      localAddress: 'fd::1',
      localPrefixLength: 48,
      remoteAddress: '2001:db8::1',
      remotePrefixLength: 32,
      gateway: 'fd3d:fa7b:d17d:8888::',
    });
  });

  it('for the script', () => {
    const script = goodScript(
      `--tcp_ts_tick_usecs=1000 --tcp_ts_ecr_scaled --non_fatal="packet,syscall" --code_command=python --init_scripts="a.sh,b.sh"\n\`c\`\n${EVENT}`,
    ).script;
    expect(script).toMatchObject({
      timestampTickNs: 1_000_000,
      scaledEchoes: true,
      toleratesPackets: true,
      interpreter: 'python',
      init: { text: 'a.sh || exit\nb.sh || exit\nc' },
    });
  });

  it('--strict_segments: one packet is one packet', () => {
    const joined = (text: string) => goodScript(text).steps[4]?.action;
    expect(joined(HANDSHAKE)).toMatchObject({ kind: 'expect', joined: true });
    expect(joined(`--strict_segments\n${HANDSHAKE}`)).toMatchObject({ joined: false });
  });

  it('the command line counts more than the profile, and that more than the script', () => {
    const spec = goodScript(`--tolerance_usecs=1 --local_ip=10.0.0.1 --mtu=700 --mtu=701\n${EVENT}`, {
      profile: 'kselftest',
      ...options({ tolerance_usecs: '5', ip_version: 'ipv4', remote_ip: '192.0.2.9' }),
    });
    expect(spec.tolerance?.lateNs).toBe(5000);
    expect(spec.network).toMatchObject({
      localAddress: '192.168.0.1',
      remoteAddress: '192.0.2.9',
      remotePrefixLength: 32,
      mtu: 701,
    });
  });

  it('what packetspec does not have makes a spec that is skipped', () => {
    const text = `--psp_udp_port=1000 --wire_client --so_filename=x --debug --dry_run\n${EVENT}`;
    expect(goodScript(text).requires.unsupported).toEqual([
      'PSP',
      'wire mode (--wire_client)',
      'a TCP stack in user space (--so_filename)',
    ]);
  });
});

describe('mistakes', () => {
  it.each([
    ['--tolerence_usecs=5', 'unknown-option', 'packetdrill has no option --tolerence_usecs'],
    ['--mss', 'bad-value', '--mss needs a value'],
    ['--debug=1', 'bad-value', '--debug takes no value'],
    ['--mtu=x', 'bad-value', '--mtu is a whole number, not `x`'],
    ['--mtu=5', 'out-of-range', '--mtu 5 is out of range 68 to 65535'],
    ['--ip_version=ipv5', 'bad-value', '`ipv5`'],
    ['--local_ip=host', 'bad-value', '--local_ip is an IP address, not `host`'],
    ['--local_ip=fd::1', 'bad-value', '--local_ip=fd::1 is no address of IPv4'],
    ['--remote_ip="192.0.2.1/40"', 'out-of-range', 'no length of a prefix'],
    ['--netmask_ip=255.0.255.0', 'bad-value', 'no netmask'],
    ['--define=X', 'bad-value', 'defines nothing'],
    ['--non_fatal=packets', 'bad-value', 'packets'],
  ])('%s', (option, code, message) => {
    const [first, ...rest] = scriptTroubles(`${option}\n${EVENT}`);
    expect(first).toContain(code);
    expect(first).toContain(message);
    expect(rest).toEqual([]);
  });

  it('a value that packetdrill takes only in quotes is taken with a warning', () => {
    expect(scriptTroubles(`--tolerance_percent=1.5\n${EVENT}`)).toEqual([
      'pkt-quirk at `1.5`: packetdrill takes this value of --tolerance_percent only in quotes',
    ]);
  });

  it('are found on the command line, too', () => {
    expect(scriptTroubles(EVENT, options({ mtuu: '5' }))).toEqual([expect.stringContaining('no option --mtuu')]);
  });
});

describe('definitions', () => {
  it('of the script, under the profile, under the command line', () => {
    const text = `--define=CMSG_LEVEL_IP=SOL_TCP --define=OPT="x" --define=N=5\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 setsockopt(3, CMSG_LEVEL_IP, TCP_NODELAY, [N], 4) = 0\n`;
    const argument = (spec: ReturnType<typeof goodScript> | undefined) => {
      const action = spec?.steps[1]?.action;
      return action?.kind === 'call' ? action.call.args.slice(1, 4) : [];
    };
    const troubled = goodScripts(text.replace('--define=N=5', ''), {
      defines: new Map([['N', '0x7']]),
      profile: 'kselftest',
    });
    expect(troubled.map((spec) => argument(spec))).toMatchObject([
      [{ names: ['SOL_IP'] }, {}, { items: [{ value: 7 }] }],
      [{ names: ['SOL_IPV6'] }, {}, {}],
      [{ names: ['SOL_IPV6'] }, {}, {}],
    ]);
    expect(scriptTroubles(text)).toEqual([expect.stringContaining('pkt-quirk at `N=5`')]);
  });

  it('of a command stand for it', () => {
    const spec = goodScript('--define=CLEAN=`rm x`\n0 CLEAN\nCLEAN\n');
    expect(spec.steps[0]?.action).toMatchObject({ kind: 'command', command: { text: 'rm x' } });
    expect(spec.script?.cleanup?.text).toBe('rm x');
  });

  it('in the value of an option', () => {
    expect(
      goodScript(`--local_ip=HERE\n${EVENT}`, { defines: new Map([['HERE', '10.0.0.1']]) }).network.localAddress,
    ).toBe('10.0.0.1');
  });
});
