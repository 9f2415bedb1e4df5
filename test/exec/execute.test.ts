import { describe, expect, it } from 'vitest';
import { execute } from '../../src/exec/execute';
import { HostError } from '../../src/host/host';
import type { Timeline } from '../../src/timeline/timeline';
import { judge } from '../../src/verify/judge';
import type { Trace } from '../../src/trace/trace';
import type { Verdict } from '../../src/verify/verify';
import { networkOf } from '../../src/timeline/network';
import {
  after,
  afterLast,
  callOf,
  calls,
  connection,
  ELLIPSIS,
  expects,
  field,
  group,
  inject,
  integer,
  IPV6_NETWORK,
  MS,
  opts,
  S,
  samples,
  seg,
  silence,
  socketNamed,
  SPAN,
  step,
  symbols,
  text,
  timelineOf,
  wait,
  within,
} from '../support/builders';
import { FakeHost, type FailingMethod, type FakeSettings } from '../support/fake-host';

const SERVER = socketNamed('server');
const SYN = seg('S', { seq: 0, window: 64_240 });
const SYN_ACK = seg('S.', { seq: 0, length: 0, ack: 1, options: opts({ kind: 'mss', value: 1460 }) });
const ACK = seg('.', { seq: 1, length: 0, ack: 1 });
const PLACE = { line: 4, column: 1, text: 'x' };

/** socket, bind, listen: three steps. */
function listening(backlog: number) {
  return [
    calls(callOf('socket', [ELLIPSIS, symbols('SOCK_STREAM'), symbols('IPPROTO_TCP')], 'server')),
    calls(callOf('bind', [SERVER, ELLIPSIS, ELLIPSIS], 0)),
    calls(callOf('listen', [SERVER, integer(backlog)], 0)),
  ];
}

function handshake(index = 0) {
  return [
    inject(SYN, { connection: index }),
    expects(SYN_ACK, { connection: index }),
    inject(ACK, { connection: index }),
  ];
}

async function run(
  timeline: Timeline,
  settings: FakeSettings = {},
): Promise<{ trace: Trace; verdict: Verdict; host: FakeHost }> {
  const host = new FakeHost(settings);
  const { trace, close } = await execute(timeline, host);
  await close();
  return { trace, verdict: judge(trace), host };
}

/** The mismatching fields and messages of failed checks; empty for a pass. */
function why({ checks }: Verdict): readonly string[] {
  return checks
    .filter(({ passed }) => !passed)
    .flatMap(({ step: index, mismatches, message }) => [
      ...mismatches.map(({ field: name }) => `${index} ${name}`),
      ...(message === undefined ? [] : [`${index} ${message}`]),
    ]);
}

describe('how long kernel and harness had to wait', () => {
  const steps = [
    ...listening(5),
    inject(SYN, { when: after(100 * MS) }),
    expects({ ...SYN_ACK, length: 0 }),
    inject(ACK, { when: after(200 * MS) }),
    wait(after(300 * MS)),
  ];

  const lastWait = async (...fromMs: readonly number[]) => {
    const starved = fromMs.map((ms, index) => ({ fromNs: ms * MS, forNs: (index + 1) * MS }));
    const { end } = (await run(timelineOf(steps), { starved })).trace;
    return end.kind === 'finished' ? end.kernelWait : undefined;
  };

  it('counts from the wait before the last one: a step between the two is what an answer is held against', async () => {
    expect(await lastWait(50, 250, 350)).toEqual({ totalNs: 6 * MS, lastNs: 5 * MS });
  });

  it('is nothing where nothing waited', async () => {
    expect(await lastWait()).toEqual({ totalNs: 0, lastNs: 0 });
  });
});

describe('a run that passes', () => {
  it('a handshake, data, a read and a write', async () => {
    const timeline = timelineOf([
      ...listening(5),
      ...handshake(),
      calls(callOf('accept', [SERVER, ELLIPSIS, ELLIPSIS], 'app')),
      inject(seg('P.', { seq: 1, ack: 1, payload: new TextEncoder().encode('ping'), length: 4 }), {
        when: after(10 * MS),
      }),
      expects(seg('.', { seq: 1, ack: 5, length: 0 })),
      calls(callOf('read', [socketNamed('app'), text('ping'), integer(99)], 4)),
      calls(callOf('write', [socketNamed('app'), text('pong!'), integer(5)], 5)),
      expects(seg('P.', { seq: 1, ack: 5, payload: new TextEncoder().encode('pong!') })),
      samples({ kind: 'tcp_info', socket: { name: 'app', span: SPAN }, fields: [field('tcpi_state', 1)] }),
      calls(callOf('close', [socketNamed('app')], 0)),
    ]);
    const { verdict, trace } = await run(timeline);
    expect(why(verdict)).toEqual([]);
    expect(verdict.status).toBe('passed');
    expect(trace.end.kind).toBe('finished');
    expect(trace.environment).toMatchObject({ kernel: '6.18.0-fake', scheduling: 'other', rootless: false });
  });

  it('over IPv6', async () => {
    const six = connection(0, { localAddress: IPV6_NETWORK.localAddress, remoteAddress: IPV6_NETWORK.remoteAddress });
    const timeline = timelineOf([...listening(5), ...handshake()], {
      network: networkOf('ipv6'),
      connections: [six],
      variant: { ip: 'ipv6', matrix: {}, label: 'ipv6' },
    });
    expect((await run(timeline)).verdict.status).toBe('passed');
  });

  it('SYN+ACK repeated at 1 s and 3 s, then silence, in no real time', async () => {
    const startedMs = performance.now();
    const timeline = timelineOf([
      ...listening(5),
      inject(SYN),
      expects(SYN_ACK),
      expects(SYN_ACK, { when: afterLast(S) }),
      expects(SYN_ACK, { when: afterLast(2 * S) }),
      silence(60 * S),
    ]);
    const { verdict } = await run(timeline);
    expect(why(verdict)).toEqual([]);
    expect(verdict.durationNs).toBeGreaterThanOrEqual(63 * S);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });

  it('a closed port answers with a RST', async () => {
    const { verdict } = await run(
      timelineOf([
        inject(SYN),
        expects(seg('R.', { seq: 0, ack: 1, length: 0 })),
        inject(seg('.', { seq: 1, ack: 777 })),
        expects(seg('R', { seq: 777 })),
      ]),
    );
    expect(why(verdict)).toEqual([]);
  });

  it('a full accept queue: queue, counters since a mark, silence of one connection', async () => {
    const connections = [0, 1, 2].map((index) => connection(index));
    const timeline = timelineOf(
      [
        ...listening(1),
        ...handshake(0),
        ...handshake(1),
        samples({ kind: 'queue', fields: [field('accept', 2), field('limit', 1)] }, { withinNs: S }),
        step({ kind: 'mark', name: 'full' }),
        inject(SYN, { connection: 2 }),
        silence(500 * MS, { connection: 2 }),
        samples({
          kind: 'counters',
          fields: [field('ListenOverflows', 1), field('OutRsts', 0)],
          since: { name: 'full', span: SPAN },
        }),
        samples({ kind: 'sockets', fields: [field('ESTABLISHED', 2), field('SYN_RECV', 0)] }),
        samples({ kind: 'proc_net_tcp', fields: [field('state', 'ESTABLISHED')] }),
      ],
      { connections },
    );
    const { verdict } = await run(timeline);
    expect(why(verdict)).toEqual([]);
    expect(verdict.status).toBe('passed');
  });

  it('segments of two connections in any order', async () => {
    const timeline = timelineOf(
      [
        ...listening(5),
        inject(SYN, { connection: 1 }),
        inject(SYN),
        group(
          [
            [SYN_ACK, 0],
            [SYN_ACK, 1],
          ],
          { when: within(S) },
        ),
      ],
      {
        connections: [connection(0), connection(1)],
      },
    );
    expect((await run(timeline)).verdict.status).toBe('passed');
  });

  it('an accept that sleeps until the handshake is done, and names the socket', async () => {
    const timeline = timelineOf([
      ...listening(5),
      calls(callOf('accept', [SERVER, ELLIPSIS, ELLIPSIS], 'app'), { returns: after(100 * MS, 110 * MS) }),
      inject(SYN, { when: after(100 * MS) }),
      expects(SYN_ACK),
      inject(ACK),
      wait(after(MS)),
      calls(callOf('write', [socketNamed('app'), text('hello'), integer(5)], 5)),
      expects(seg('P.', { length: 5 })),
    ]);
    const { verdict, trace } = await run(timeline);
    expect(why(verdict)).toEqual([]);
    expect(trace.observations.map(({ kind }) => kind)).toContain('returned');
  });

  it('two calls that sleep at the same time', async () => {
    const timeline = timelineOf(
      [
        ...listening(5),
        calls(callOf('accept', [SERVER, ELLIPSIS, ELLIPSIS], 'a'), { returns: within(S) }),
        calls(callOf('accept', [SERVER, ELLIPSIS, ELLIPSIS], 'b'), { returns: within(S) }),
        ...handshake(0),
        ...handshake(1),
      ],
      { connections: [connection(0), connection(1)] },
    );
    const { verdict } = await run(timeline);
    expect(verdict.trouble).toBeUndefined();
    expect(why(verdict)).toEqual([]);
  });

  it('a kernel that connects', async () => {
    const out = connection(0, { role: 'active', localPort: undefined, remotePort: 8080 });
    const timeline = timelineOf(
      [
        calls(callOf('socket', [ELLIPSIS, symbols('SOCK_STREAM'), symbols('IPPROTO_TCP')], 'app')),
        calls(callOf('connect', [socketNamed('app'), ELLIPSIS, ELLIPSIS], 0), { returns: within(S), connection: 0 }),
        expects(seg('S', { seq: 0, length: 0 })),
        inject(seg('S.', { seq: 0, ack: 1 })),
        expects(ACK),
        samples({ kind: 'socket', fields: [field('state', 'ESTABLISHED')] }),
      ],
      { connections: [out] },
    );
    const { verdict } = await run(timeline);
    expect(why(verdict)).toEqual([]);
    expect(verdict.status).toBe('passed');
  });
});

describe('a run that fails', () => {
  it('at the first wrong segment, and says what is different', async () => {
    const { verdict } = await run(
      timelineOf([...listening(5), inject(SYN), expects(seg('R.', { seq: 0, ack: 2 })), inject(ACK), inject(ACK)]),
    );
    expect(verdict.status).toBe('failed');
    expect(why(verdict)).toEqual(['4 flags', '4 ack']);
    expect(verdict.notReached).toBe(2);
  });

  it('when nothing comes, a second after the window', async () => {
    const { verdict, trace } = await run(timelineOf([...listening(5), expects(SYN_ACK, { when: within(2 * S) })]));
    expect(why(verdict)).toEqual([expect.stringMatching(/^3 nothing came/)]);
    expect(trace.end).toMatchObject({ kind: 'finished' });
    expect(verdict.durationNs).toBeGreaterThanOrEqual(3 * S);
    expect(verdict.durationNs).toBeLessThan(3.1 * S);
  });

  it('when the silence is broken', async () => {
    expect(why((await run(timelineOf([...listening(5), inject(SYN), silence(S)]))).verdict)).toContain('4 silence');
  });

  it('when a sample does not fit, and goes on', async () => {
    const { verdict } = await run(
      timelineOf([
        ...listening(5),
        samples({ kind: 'queue', fields: [field('accept', 1)] }, { withinNs: 100 * MS }),
        ...handshake(),
      ]),
    );
    expect(why(verdict)).toEqual(['3 accept']);
    expect(verdict.checks.at(-1)).toMatchObject({ kind: 'segment', passed: true });
    expect(verdict.notReached).toBe(0);
  });

  it('when a call that is not marked as blocking sleeps: it is interrupted after a bounded time', async () => {
    const { verdict, trace } = await run(
      timelineOf([...listening(5), calls(callOf('accept', [SERVER, ELLIPSIS, ELLIPSIS], 'app')), inject(SYN)]),
    );
    expect(verdict.status).toBe('failed');
    expect(why(verdict).at(-1)).toContain('returns:');
    expect(trace.observations.at(-1)).toMatchObject({ kind: 'called', interrupted: true });
  });

  it('when a blocking call never returns: it is interrupted, and the run ends', async () => {
    const { verdict, trace, host } = await run(
      timelineOf([
        ...listening(5),
        calls(callOf('accept', [SERVER, ELLIPSIS, ELLIPSIS], 'app'), { returns: within(S) }),
      ]),
    );
    expect(verdict.status).toBe('failed');
    expect(why(verdict)).toEqual([expect.stringContaining('had not returned')]);
    expect(host.runs[0]?.log).toContain('cancelBlockingCalls');
    expect(trace.observations.at(-1)).toMatchObject({ kind: 'returned', cancelled: true });
    expect(verdict.notReached).toBe(0);
  });

  it('when a call uses a socket that was never made', async () => {
    const { verdict } = await run(timelineOf([calls(callOf('close', [socketNamed('app')], 0))]));
    expect(verdict.checks).toMatchObject([
      {
        kind: 'call',
        passed: false,
        mismatches: [{ field: 'call', observed: expect.stringContaining('`app`') as string }],
      },
    ]);
  });

  it('when an echo cannot be sent', async () => {
    const { verdict } = await run(
      timelineOf([inject(seg('.', { seq: 1, options: opts({ kind: 'timestamp', val: 1, ecr: 99 }) }))]),
    );
    expect(verdict.checks).toMatchObject([{ kind: 'inject', passed: false }]);
    expect(verdict.status).toBe('failed');
  });

  it('when the device refuses a packet', async () => {
    const { verdict } = await run(timelineOf([inject(SYN)]), { deviceErrno: 'EINVAL' });
    expect(why(verdict)).toEqual([expect.stringContaining('EINVAL')]);
  });
});

describe('times', () => {
  it('of actions are exact, and lateness does not add up', async () => {
    const timeline = timelineOf([
      inject(SYN, { when: after(S) }),
      inject(SYN, { when: after(S) }),
      inject(SYN, { when: after(S) }),
    ]);
    const { trace } = await run(timeline, { lateNs: [3 * MS, 2 * MS] });
    const starts = trace.observations.flatMap((one) => (one.kind === 'sent' ? [[one.plannedNs, one.startedNs]] : []));
    expect(starts).toEqual([
      [S, S + 3 * MS],
      [2 * S, 2 * S + 2 * MS],
      [3 * S, 3 * S],
    ]);
  });

  it('a harness that is too late leaves the run without a verdict', async () => {
    const { verdict } = await run(timelineOf([...listening(5), ...handshake()]), { lateNs: [0, 0, 0, 5 * MS] });
    expect(verdict.status).toBe('inconclusive');
    expect(verdict.reason).toContain('line 13');
  });

  it('a wait for something that has come does not make the harness late', async () => {
    const timeline = timelineOf([
      ...listening(5),
      inject(SYN),
      wait(after(500 * MS)),
      expects(SYN_ACK),
      inject(ACK),
      inject(ACK, { when: after(100 * MS) }),
    ]);
    const { verdict } = await run(timeline);
    expect(verdict.reason).toBeUndefined();
    expect(verdict.status).toBe('passed');
  });
});

describe('a sysctl that is set while the clock runs', () => {
  const timeline = timelineOf([
    wait(after(S)),
    step({ kind: 'sysctl', name: 'net.core.somaxconn', value: '9' }, { connection: null }),
    inject(SYN, { when: after(S) }),
  ]);

  it('is set at its time', async () => {
    const host = new FakeHost();
    const { trace } = await execute(timeline, host);
    expect(host.runs[0]?.log).toContain('setSysctl net.core.somaxconn=9');
    expect(trace.observations.find(({ kind }) => kind === 'tuned')).toMatchObject({ step: 1, plannedNs: S });
    expect(judge(trace).status).toBe('passed');
  });

  it('that cannot be set is told with its line', async () => {
    const refused = new HostError('refused-sysctl', 'no such value');
    const { trace } = await execute(timeline, new FakeHost({ failing: ['setSysctl', refused] }));
    expect(trace.end).toMatchObject({ kind: 'host-error', error: { code: 'refused-sysctl', line: 11 } });
  });
});

describe('the environment', () => {
  const trouble = new HostError('system-call', 'the machine is on fire', 'water it');
  const timeline = timelineOf(
    [
      ...listening(5),
      calls(callOf('accept', [SERVER, ELLIPSIS, ELLIPSIS], 'app'), { returns: within(S) }),
      inject(SYN, { when: after(100 * MS) }),
      expects(SYN_ACK),
      inject(ACK),
      wait(after(MS)),
      samples({ kind: 'queue', fields: [field('accept', 0)] }),
      samples({ kind: 'proc_net_tcp', fields: [field('state', 'ESTABLISHED')] }),
      samples({ kind: 'tcp_info', socket: { name: 'app', span: SPAN }, fields: [field('tcpi_state', 1)] }),
      samples({ kind: 'counters', fields: [field('ListenDrops', 0)] }),
    ],
    {
      sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '0', place: { ...PLACE, line: 3 } }],
      server: { command: 'nc -l', port: 81, readyWithinNs: S, place: PLACE },
    },
  );

  it('is in order to begin with', async () => {
    expect(why((await run(timeline)).verdict)).toEqual([]);
  });

  /** The line that is to blame, where one is. */
  it.each<[FailingMethod, number | undefined]>([
    ['openRun', undefined],
    ['setSysctl', 3],
    ['prepareBlocking', undefined],
    ['startServer', 4],
    ['counters', undefined],
    ['startTimedPart', undefined],
    ['waitExactly', undefined],
    ['waitForEvent', undefined],
    ['receive', undefined],
    ['call', undefined],
    ['startBlockingCall', undefined],
    ['returnedCalls', undefined],
    ['inject', undefined],
    ['procNetTcp', undefined],
    ['sockets', undefined],
    ['tcpInfo', undefined],
  ])('%s fails: the trace says so, with its line, and everything is closed', async (method, line) => {
    const { trace, verdict, host } = await run(timeline, { failing: [method, trouble] });
    expect(trace.end).toMatchObject({
      kind: 'host-error',
      error: { code: 'system-call', message: 'the machine is on fire', hint: 'water it' },
    });
    if (line !== undefined) expect(trace.end).toMatchObject({ error: { line } });
    expect(verdict.status).toBe('errored');
    expect(verdict.trouble?.code).toBe('system-call');
    const [opened] = host.runs;
    if (method !== 'openRun') expect([opened?.closed, opened?.log.at(-1)]).toEqual([1, 'endTimedPart']);
  });

  it.each<[FailingMethod, number]>([
    ['inject', 14],
    ['startBlockingCall', 13],
    ['procNetTcp', 19],
    ['tcpInfo', 20],
  ])("%s fails in a step: that step's line is to blame", async (method, line) => {
    const { trace } = await run(timeline, { failing: [method, trouble] });
    expect(trace.end).toMatchObject({ kind: 'host-error', error: { line } });
  });

  it('a run that fails when its server has died is an error, and one that passes asks for nothing', async () => {
    const failing = ['checkGround', trouble] as const;
    expect((await run(timeline, { failing })).verdict.status).toBe('passed');
    const steps = [...listening(5), samples({ kind: 'queue', fields: [field('accept', 7)] })];
    const server = { command: 'nc -l', port: 81, readyWithinNs: S, place: PLACE };
    const { trace } = await run(timelineOf(steps, { server }), { failing });
    expect(trace.end).toMatchObject({ kind: 'host-error', error: { code: 'system-call', line: PLACE.line } });
    expect((await run(timelineOf(steps, { server }))).verdict.status).toBe('failed');
  });

  it('fails late: the end is not before what happened', async () => {
    const socket = calls(callOf('socket', [ELLIPSIS, symbols('SOCK_STREAM'), symbols('IPPROTO_TCP')], 'app'), {
      when: after(S),
    });
    const { trace } = await run(timelineOf([socket, inject(SYN)]), { failing: ['inject', trouble] });
    expect(trace.end).toMatchObject({ kind: 'host-error' });
    expect(trace.end.kind === 'host-error' ? trace.end.atNs : 0).toBeGreaterThanOrEqual(S);
  });

  it('anything else that is thrown is a defect, and goes on its way', async () => {
    const host = new FakeHost();
    host.openRun = () => {
      throw new TypeError('a defect');
    };
    await expect(execute(timeline, host)).rejects.toThrow('a defect');
  });

  it('a counter that the kernel does not have is an error of its line, before anything is done', async () => {
    const { trace, host } = await run(
      timelineOf([inject(SYN), samples({ kind: 'counters', fields: [field('ListenDropz', 0)] })]),
    );
    expect(trace.end).toMatchObject({ kind: 'host-error', error: { code: 'unknown-counter', line: 11 } });
    expect(trace.observations).toEqual([]);
    expect(host.runs[0]?.closed).toBe(1);
  });

  it('counters are not read where nobody asks for any: that is a sixth of a handshake', async () => {
    const { trace } = await run(timelineOf([inject(SYN)]), { failing: ['counters', trouble] });
    expect(trace.observations[0]).toMatchObject({ kind: 'baseline', counters: {} });
    expect(trace.end.kind).toBe('finished');
  });
});

describe('requirements', () => {
  const wanting = (requires: Partial<Timeline['requires']>) =>
    timelineOf([inject(SYN)], { requires: { kernel: [], sysctls: [], commands: [], unsupported: [], ...requires } });

  it('that this host does not meet: skipped with the reason, nothing done', async () => {
    const { trace, verdict, host } = await run(wanting({ kernel: [{ operator: '>=', major: 7, minor: 0 }] }));
    expect(trace.end).toEqual({ kind: 'skipped', reason: expect.stringMatching(/>=7\.0.*6\.18\.0-fake/) as string });
    expect(verdict.status).toBe('skipped');
    expect(trace.observations).toEqual([]);
    expect(host.runs[0]?.closed).toBe(1);
  });

  it('are not disturbed by a sysctl that this kernel does not have', async () => {
    const older = {
      ...wanting({ sysctls: ['net.ipv4.tcp_new'] }),
      sysctls: [{ name: 'net.ipv4.tcp_new', value: '1', place: PLACE }],
    };
    const { verdict } = await run(older, { failing: ['setSysctl', new HostError('unknown-sysctl', 'no such sysctl')] });
    expect(verdict.status).toBe('skipped');
  });

  it('that are met do not show', async () => {
    const { verdict } = await run(
      wanting({ kernel: [{ operator: '>=', major: 5, minor: 10 }], sysctls: ['a.b'], commands: ['nc'] }),
      { sysctls: ['a.b'], commands: ['nc'] },
    );
    expect(verdict.status).toBe('passed');
  });
});

describe('replay', () => {
  it('the judge sees what the engine saw, in every kind of run', async () => {
    for (const steps of [
      [...listening(5), ...handshake(), silence(S)],
      [...listening(5), inject(SYN), expects(SYN_ACK, { when: after(S) })],
      [
        ...listening(5),
        inject(SYN),
        expects(SYN_ACK),
        expects(SYN_ACK, { when: afterLast(S) }),
        group([SYN_ACK], { exclusiveNs: 3 * S }),
      ],
    ]) {
      const { trace, verdict } = await run(timelineOf(steps));
      expect(judge(trace)).toEqual(verdict);
      const last = trace.observations.at(-1);
      // The engine stopped exactly when the judge has nothing more to wait for: one observation less is not done.
      const shorter = judge({ ...trace, observations: trace.observations.slice(0, -1) });
      expect(last).toBeDefined();
      expect(shorter).not.toEqual(verdict);
    }
  });
});

describe('kernel events', () => {
  const { localAddress, localPort = 0, remoteAddress, remotePort } = connection(0);
  const flow = { localAddress, localPort, remoteAddress, remotePort };
  const state = { kind: 'state', atNs: 1_000, socket: 0, flow, from: 'SYN_RECV', to: 'ESTABLISHED' } as const;
  const looks = step({ kind: 'events', events: { kind: 'states', changes: ['SYN_RECV -> ESTABLISHED'] } });

  it('are recorded where the timeline wants them, and taken behind the last step', async () => {
    const timeline = timelineOf([wait(after(MS))]);
    const { trace, host } = await run({ ...timeline, events: true }, { events: [state] });
    expect(trace.observations.slice(-2)).toMatchObject([{ kind: 'event', event: state }, { kind: 'counted' }]);
    expect(host.runs[0]?.log).toContain('recordEvents at the end');
    expect(trace.environment.events?.missing).toEqual([]);
    const unasked = await run(timeline, { events: [state] });
    expect(unasked.trace.observations.map(({ kind }) => kind)).not.toContain('event');
    expect(unasked.trace.environment).not.toHaveProperty('events');
  });

  it('are there when a step looks at them', async () => {
    const timeline = timelineOf([wait(after(MS)), looks]);
    const { verdict, host } = await run({ ...timeline, events: true }, { events: [state] });
    expect(why(verdict)).toEqual([]);
    expect(host.runs[0]?.log).toContain('recordEvents meanwhile');
    const late = await run({ ...timeline, events: true }, { events: [{ ...state, atNs: 50 * MS }] });
    expect(why(late.verdict)).toEqual(['1 states']);
  });

  it('are kept from being made where a flood does not want them', async () => {
    const timeline = timelineOf([step({ kind: 'flood', packet: seg('S', { seq: 0 }), count: 1 })]);
    expect((await run(timeline)).host.runs[0]?.log).toContain('omitEvents');
    expect((await run({ ...timeline, events: true })).host.runs[0]?.log).not.toContain('omitEvents');
    expect((await run(timelineOf([wait(after(MS))]))).host.runs[0]?.log).not.toContain('omitEvents');
  });

  it('that cannot be had skip the run that asks for them', async () => {
    const eventSupport = { available: [], missing: ['no right'] };
    const { trace } = await run({ ...timelineOf([looks]), events: true }, { eventSupport });
    expect(trace.end).toEqual({ kind: 'skipped', reason: "line 10 needs the kernel's states; no right" });
  });

  it('from before time zero are left out, as those of a packet that the kernel took in', async () => {
    const early = { ...state, atNs: -5 };
    const consumed = { kind: 'consumed', atNs: 1_000, injectedNs: 999 } as const;
    const { trace } = await run({ ...timelineOf([wait(after(MS))]), events: true }, { events: [early, consumed] });
    expect(trace.observations.map(({ kind }) => kind)).not.toContain('event');
  });
});
