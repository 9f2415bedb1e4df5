import { describe, expect, it } from 'vitest';
import type { IcmpNotation, Spec } from '../../src/spec/model';
import { compile, VIRTUAL_TOLERANCE } from '../../src/timeline/compile';
import type { Timeline } from '../../src/timeline/timeline';
import { callOf, MS, seg, socketNamed } from '../support/builders';
import { specOf, specStep } from '../support/specs';

function compileOne(fields: Partial<Spec>): Timeline {
  const { timelines, diagnostics } = compile(specOf(fields));
  expect(diagnostics).toEqual([]);
  const [timeline] = timelines;
  if (timeline === undefined || timelines.length !== 1) throw new Error(`${timelines.length} timelines`);
  return timeline;
}

function injecting(packet: IcmpNotation): Partial<Spec> {
  return { steps: [specStep({ kind: 'inject', packet })] };
}

describe('variants', () => {
  it('are one timeline each, in the order of the spec', () => {
    const { timelines } = compile(
      specOf({ ip: ['ipv6', 'ipv4', 'ipv4-mapped'], matrix: { backlog: 5, cookies: 'off' } }),
    );
    expect(timelines.map(({ variant }) => variant.label)).toEqual([
      'ipv6 backlog=5 cookies=off',
      'ipv4 backlog=5 cookies=off',
      'ipv4-mapped backlog=5 cookies=off',
    ]);
    expect(timelines.map(({ network }) => network.ipVersion)).toEqual([6, 4, 4]);
  });

  it('that nobody wants are left out without a word', () => {
    expect(
      compile(specOf({ ip: ['ipv4', 'ipv6'] }), { onlyIp: ['ipv6'] }).timelines.map(({ variant }) => variant.ip),
    ).toEqual(['ipv6']);
    expect(compile(specOf({ ip: ['ipv4'] }), { onlyIp: ['ipv6'] })).toEqual({ timelines: [], diagnostics: [] });
  });

  it('takes the tolerance of the suite where the spec names none', () => {
    const steps = [specStep({ kind: 'inject', packet: seg('S') })];
    const lateNs = (fields: Parameters<typeof specOf>[0]) =>
      compile(specOf({ steps, ...fields }), { tolerance: VIRTUAL_TOLERANCE }).timelines[0]?.steps[0]?.tolerance.lateNs;
    expect(lateNs({})).toBe(1_000_000);
    expect(lateNs({ tolerance: { lateNs: 7 } })).toBe(7);
  });
});

describe('tolerance', () => {
  // packetdrill's defaults: --tolerance_usecs=4000, and percent for the timer wheel.
  it.each([
    ['neither', undefined, undefined, { earlyNs: 4 * MS, lateNs: 4 * MS, percent: 12.5, distance: 'actual' }],
    ['the spec', { lateNs: 9 * MS }, undefined, { earlyNs: 4 * MS, lateNs: 9 * MS, percent: 12.5, distance: 'actual' }],
    ['the step', undefined, { percent: 0 }, { earlyNs: 4 * MS, lateNs: 4 * MS, percent: 0, distance: 'actual' }],
    [
      'both',
      { earlyNs: 1 * MS, lateNs: 9 * MS },
      { lateNs: 7, percent: 50 },
      { earlyNs: 1 * MS, lateNs: 7, percent: 50, distance: 'actual' },
    ],
  ])('set by %s: the inner one wins, part by part', (_, outer, own, expected) => {
    const timeline = compileOne({
      ...(outer === undefined ? {} : { tolerance: outer }),
      steps: [specStep({ kind: 'wait' }, own === undefined ? {} : { tolerance: own })],
    });
    expect(timeline.steps[0]?.tolerance).toEqual(expected);
  });

  it('of the spec holds for the calls of the server too', () => {
    const timeline = compileOne({
      tolerance: { lateNs: 50 * MS },
      server: { kind: 'listener', port: 8080, backlog: 5, options: [], span: { start: 0, end: 0 } },
    });
    expect(timeline.steps.map(({ tolerance }) => tolerance.lateNs)).toEqual(timeline.steps.map(() => 50 * MS));
  });
});

describe('with super-segments', () => {
  const packet = seg('P.', { seq: 1, ack: 1, length: 5000 });
  const expectStep = (joined?: boolean) =>
    specStep({ kind: 'expect', packet, optional: false, ...(joined === undefined ? {} : { joined }) });

  it('what comes in pieces is taken together, unless a step says otherwise', () => {
    const joined = (fields: Partial<Spec>) =>
      compileOne(fields).steps.map(({ action }) => action.kind === 'expect' && action.joined);
    const steps = [expectStep(), expectStep(true), expectStep(false)];
    expect(joined({ steps })).toEqual([false, true, false]);
    expect(joined({ steps, network: { superSegments: true } })).toEqual([true, true, false]);
  });
});

describe('ICMP', () => {
  // RFC 792: destination unreachable is type 3, host unreachable code 1. RFC 4443: type 1, address unreachable code 3.
  it('gets the numbers of the version', () => {
    const { timelines, diagnostics } = compile(
      specOf({
        ip: ['ipv4', 'ipv6'],
        ...injecting({
          kind: 'icmp',
          type: 'unreachable',
          code: 'port_unreachable',
          quoted: { kind: 'tcp', seq: 1, length: 10 },
        }),
      }),
    );
    expect(diagnostics).toEqual([]);
    const packets = timelines.map(({ steps }) =>
      steps[0]?.action.kind === 'inject' ? steps[0].action.packet : undefined,
    );
    expect(packets).toEqual([
      { kind: 'icmp', type: 3, code: 3, quoted: { kind: 'tcp', seq: 1, length: 10 } },
      { kind: 'icmp', type: 1, code: 4, quoted: { kind: 'tcp', seq: 1, length: 10 } },
    ]);
  });

  it('keeps the MTU, and "too big" is two different things', () => {
    const four = compileOne(injecting({ kind: 'icmp', type: 'unreachable', code: 'frag_needed', mtu: 1200 }));
    expect(four.steps[0]?.action).toMatchObject({ packet: { type: 3, code: 4, mtu: 1200 } });
    const six = compileOne({ ip: ['ipv6'], ...injecting({ kind: 'icmp', type: 'packet_too_big', mtu: 1280 }) });
    expect(six.steps[0]?.action).toMatchObject({ packet: { type: 2, code: 0, mtu: 1280 } });
  });

  it('that a version does not have is a mistake of that version alone, and then nothing is compiled', () => {
    const { timelines, diagnostics } = compile(
      specOf({ ip: ['ipv4', 'ipv6'], ...injecting({ kind: 'icmp', type: 'packet_too_big' }) }),
    );
    expect(timelines).toEqual([]);
    expect(diagnostics).toMatchObject([{ code: 'bad-segment', severity: 'error' }]);
    expect(diagnostics[0]?.message).toContain('ICMP of IPv4');
  });
});

describe('what cannot be crafted', () => {
  it('is found before anything runs', () => {
    const timestamps = Array.from({ length: 5 }, () => ({ kind: 'timestamp', val: 1, ecr: 0 }) as const);
    const packet = seg('.', { options: { list: timestamps, open: false } });
    expect(compile(specOf({ steps: [specStep({ kind: 'inject', packet })] })).diagnostics).toMatchObject([
      { code: 'bad-segment' },
    ]);
    expect(compile(specOf({ steps: [specStep({ kind: 'expect', packet, optional: false })] })).diagnostics).toEqual([]);
  });
});

describe('the server', () => {
  const LISTENER = { kind: 'listener', port: 80, backlog: 5, span: { start: 0, end: 6 } } as const;

  it('that the harness plays is written out as calls before the steps', () => {
    const timeline = compileOne({
      server: {
        ...LISTENER,
        options: [{ level: 'SOL_TCP', name: 'TCP_DEFER_ACCEPT', value: 3, span: { start: 0, end: 0 } }],
      },
      steps: [specStep({ kind: 'wait' })],
    });
    const calls = timeline.steps.map(({ action }) => (action.kind === 'call' ? action.call : undefined));
    expect(calls.map((call) => call?.name)).toEqual([
      'socket',
      'setsockopt',
      'setsockopt',
      'bind',
      'listen',
      undefined,
    ]);
    expect(calls.slice(1, 3).map((call) => call?.args[2])).toMatchObject([
      { names: ['SO_REUSEADDR'] },
      { names: ['TCP_DEFER_ACCEPT'] },
    ]);
    expect(calls[4]?.args[1]).toMatchObject({ kind: 'integer', value: 5 });
    expect(timeline.steps.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(timeline.localPort).toBe(80);
    expect(timeline.steps.slice(0, 5).every(({ connection }) => connection === undefined)).toBe(true);
  });

  it('that is a command is started, and nothing is called', () => {
    const text = 'name: x\nserver: { command: nc -l }\n';
    const timeline = compileOne({
      file: { path: 'x.yaml', text },
      server: {
        kind: 'command',
        command: 'nc -l',
        port: 81,
        readyWithinNs: 5,
        span: { start: text.indexOf('server'), end: 14 },
      },
    });
    expect(timeline.steps).toEqual([]);
    expect(timeline.server).toEqual({
      command: 'nc -l',
      port: 81,
      readyWithinNs: 5,
      place: { line: 2, column: 1, text: 'server: { command: nc -l }' },
    });
    expect(timeline.localPort).toBe(81);
  });
});

describe('steps', () => {
  it('know their place in the text, line endings of Windows included', () => {
    const text = 'steps:\r\n  - wait: 1s\r\n  - wait: 2s\r\n';
    const starts = [text.indexOf('wait: 1s'), text.indexOf('wait: 2s')];
    const timeline = compileOne({
      file: { path: 'x.yaml', text },
      steps: starts.map((start) => specStep({ kind: 'wait' }, { span: { start, end: start + 8 } })),
    });
    expect(timeline.steps.map(({ place }) => place)).toEqual([
      { line: 2, column: 5, text: '  - wait: 1s' },
      { line: 3, column: 5, text: '  - wait: 2s' },
    ]);
  });

  it('of a repetition say which one they are', () => {
    const timeline = compileOne({
      steps: [specStep({ kind: 'wait' }, { label: 'wait', repetition: 'filler 3 of 6' })],
    });
    expect(timeline.steps[0]?.label).toBe('wait (filler 3 of 6)');
  });

  it("without a connection are on the default one; a silence is everybody's", () => {
    const timeline = compileOne({
      steps: [
        specStep({ kind: 'inject', packet: seg('S') }, { on: 'other' }),
        specStep({ kind: 'inject', packet: seg('S') }),
        specStep({ kind: 'silence', durationNs: 5 }),
        specStep({ kind: 'silence', durationNs: 5 }, { on: 'other' }),
      ],
    });
    expect(timeline.connections.map(({ name }) => name)).toEqual(['other', 'default']);
    expect(timeline.steps.map(({ connection }) => connection)).toEqual([0, 1, undefined, 0]);
  });

  it('pass through what needs no resolving', () => {
    const call = callOf('close', [socketNamed('app')], 0);
    const timeline = compileOne({
      about: 'why',
      source: 'RFC 9293',
      sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '0', span: { start: 0, end: 0 } }],
      strays: 'fail',
      network: { mtu: 900 },
      steps: [
        specStep({ kind: 'call', call, returns: { kind: 'any', limitNs: 7 } }),
        specStep({ kind: 'mark', name: 'm' }),
      ],
    });
    expect(timeline).toMatchObject({ about: 'why', source: 'RFC 9293', strays: 'fail', network: { mtu: 900 } });
    expect(timeline.sysctls).toMatchObject([{ name: 'net.ipv4.tcp_syncookies', value: '0' }]);
    expect(timeline.steps.map(({ action }) => action)).toEqual([
      { kind: 'call', call, returns: { kind: 'any', limitNs: 7 } },
      { kind: 'mark', name: 'm' },
    ]);
  });
});
