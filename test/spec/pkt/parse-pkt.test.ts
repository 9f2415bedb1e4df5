import { describe, expect, it } from 'vitest';
import { goodScript, HANDSHAKE, parseScript, scriptTroubles } from './support';

describe('the head of a spec', () => {
  it('is the name of the file and the first sentence of its first comment', () => {
    const text = `// SPDX-License-Identifier: GPL-2.0\n// A test of\n// two lines. And more.\n\n// Other.\n${HANDSHAKE}`;
    expect(goodScript(text)).toMatchObject({
      name: 'script',
      about: 'A test of two lines',
      strays: 'report',
      matrix: {},
    });
    expect(goodScript(`--mss=5\n/* One: two */ ${HANDSHAKE}`).about).toBe('One');
    expect(goodScript(HANDSHAKE).about).toBeUndefined();
  });

  it('has the commands before and behind the events', () => {
    const text = '`./a.sh\n b`\n0 `c`\n`d`\n';
    const { script } = goodScript(text);
    expect(script?.init).toEqual({ text: './a.sh\n b', span: { start: 0, end: 11 } });
    expect(script?.cleanup?.text).toBe('d');
  });

  it('requires what its commands set and call, but not what its cleanup does', () => {
    const text = '`./a.sh\nsysctl -q net.ipv4.tcp_ecn=1`\n0 `tc x`\n`ip y`\n';
    expect(goodScript(text).requires).toMatchObject({ sysctls: ['net.ipv4.tcp_ecn'], commands: ['sysctl', 'tc'] });
    const open = goodScript(text, { gate: false });
    expect(open.requires).toEqual({ kernel: [], sysctls: [], commands: [], unsupported: [] });
    expect(open.script?.gated).toBe(false);
  });
});

describe('steps', () => {
  it('have the times of their events', () => {
    const text = `${HANDSHAKE}1 write(4, ..., 5) = 5\n* > P. 1:6(5) ack 1\n+1~+1.5 > F. 6:6(0) ack 1\n+.1...0.3 read(4, ..., 1) = 0\n2.5...3 read(4, ..., 1) = 0\n`;
    const steps = goodScript(text).steps.slice(7);
    expect(steps.map(({ when }) => when)).toEqual([
      { kind: 'window', anchor: 'start', startNs: 1e9, endNs: 1e9 },
      { kind: 'any', limitNs: 60e9 },
      { kind: 'window', anchor: 'previous', startNs: 1e9, endNs: 1.5e9 },
      { kind: 'window', anchor: 'previous', startNs: 1e8, endNs: 1e8 },
      { kind: 'window', anchor: 'start', startNs: 2.5e9, endNs: 2.5e9 },
    ]);
    expect(steps.slice(3).map(({ action }) => (action.kind === 'call' ? action.returns : undefined))).toEqual([
      { kind: 'window', anchor: 'previous', startNs: 2e8, endNs: 2e8 },
      { kind: 'window', anchor: 'start', startNs: 3e9, endNs: 3e9 },
    ]);
  });

  it('are called what is written', () => {
    const text = `${HANDSHAKE}+0 > P. /* five */ 1:6(5)\n ack 1\n+0 \`a\n b\`\n+0 %{ assert 1 }%\n`;
    expect(
      goodScript(text)
        .steps.map(({ label }) => label)
        .slice(3),
    ).toEqual([
      'inject S 0:0(0) win 1000 <mss 1000>',
      'expect S. 0:0(0) ack 1 <mss 1460>',
      'inject . 1:1(0) ack 1 win 1000',
      'accept(3, ..., ...) = 4',
      'expect P. 1:6(5) ack 1',
      'command a b',
      'code assert 1',
    ]);
  });

  it('of code have a place and a program, or need the interpreter', () => {
    const spec = goodScript(`${HANDSHAKE}+0 %{\nassert tcpi_rtt == 1\n}%\n+0 %{ assert 2 }%\n`);
    expect(spec.script?.needsInterpreter).toBe(false);
    expect(spec.steps.slice(7).map(({ action }) => action)).toMatchObject([
      { kind: 'code', code: { text: '\nassert tcpi_rtt == 1\n', firstLine: 8, program: {} } },
      { kind: 'code', code: { firstLine: 11 } },
    ]);
    expect(goodScript(`${HANDSHAKE}+0 %{ import os }%\n`).script?.needsInterpreter).toBe(true);
  });
});

describe('mistakes', () => {
  it('in packets and calls have their place, also behind comments and definitions', () => {
    const text =
      '--define=SOMETHING=SOCK_STREAM\n0 socket(..., /* x */ SOMETHING, IPPROTO_TPC) = 3\n+0 < S 0:0(0) /* y */ win 5 wim\n';
    expect(scriptTroubles(text)).toEqual([
      expect.stringMatching(/at `IPPROTO_TPC`/),
      expect.stringMatching(/at `wim`/),
    ]);
  });

  it('are told once for all variants', () => {
    expect(scriptTroubles('0 foo() = 1\n', { profile: 'kselftest' })).toHaveLength(1);
  });

  it('over one IP version leave the others be', () => {
    const text = `${HANDSHAKE}+0 < icmp unreachable frag_needed mtu 500\n`;
    const { specs, diagnostics } = parseScript(text, { profile: 'packetdrill' });
    expect(specs.map(({ ip }) => ip)).toEqual([['ipv4'], ['ipv4-mapped']]);
    expect(diagnostics).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('over ipv6, which is left out') },
    ]);
    expect(parseScript(text, { options: new Map([['ip_version', 'ipv6']]) })).toMatchObject({
      specs: [],
      diagnostics: [{ severity: 'error' }],
    });
  });

  it('in a script that is skipped are warnings', () => {
    const { specs, diagnostics } = parseScript(
      `--psp_udp_port=1000\n${HANDSHAKE}+0 > encap psp spi 5 . 1:1(0) ack NOBODY\n`,
    );
    expect(specs[0]?.requires.unsupported).toEqual(['PSP']);
    expect(diagnostics).toMatchObject([{ severity: 'warning' }]);
  });

  it('beyond a thousand are not told', () => {
    expect(scriptTroubles(`0 \`a\`\n${'#\n'.repeat(5000)}`)).toHaveLength(1000);
  });

  it('a text of more than 16 MiB is refused', () => {
    expect(parseScript(`0 \`${' '.repeat(16 * 1024 * 1024)}\``).diagnostics).toMatchObject([{ code: 'out-of-range' }]);
  });
});

it('100,000 events are read in reasonable time', () => {
  const started = performance.now();
  expect(goodScript(`${HANDSHAKE}${'+0 > . 1:1(0) ack 1\n'.repeat(99_000)}`).steps).toHaveLength(99_007);
  expect(performance.now() - started).toBeLessThan(15_000);
});
