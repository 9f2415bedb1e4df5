/* eslint no-template-curly-in-string: off -- these are the templates of specs */
import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/base/nanoseconds';
import { TCP_FLAG } from '../../../src/wire/wire';
import { goodSteps, parseText, troublesOf } from '../support';

const window = (anchor: string, startNs: number, endNs = startNs) => ({ kind: 'window', anchor, startNs, endNs });
const SYN = '  - inject: S 0:0(0)\n';

describe('connections', () => {
  it('are `default` where a segment needs one, and absent where none is needed', () => {
    const steps = goodSteps(
      `${SYN}  - silence: 1s\n  - queue: { accept: 0 }\n  - call: close(server) = 0\n  - socket: { recv_queue: 0 }\n`,
    );
    expect(steps.map(({ connection }) => connection?.name)).toEqual([
      'default',
      undefined,
      undefined,
      undefined,
      'default',
    ]);
  });

  it('are those of the round inside of `repeat ... as`', () => {
    const steps = goodSteps(
      '  - repeat: 2\n    as: c\n    steps:\n      - inject: S\n      - expect: S.\n      - expect: R\n        connection: c1\n',
    );
    expect(steps.map(({ connection }) => connection?.name)).toEqual(['c1', 'c1', 'c1', 'c2', 'c2', 'c1']);
    expect(steps[3]?.repetition).toBe('c 2 of 2');
  });

  it('must have begun before something is expected of them by name', () => {
    expect(troublesOf('  - expect: S.\n    connection: late\n')).toEqual(['unknown-connection: late']);
    expect(troublesOf('  - expect: S\n    connection: late\n  - expect: .\n    connection: late\n')).toEqual([]);
    expect(troublesOf('  - silence: 1s\n    connection: late\n')).toEqual(['unknown-connection: late']);
  });

  it('belong to the step that counts from their last segment', () => {
    const [, mark] = goodSteps(`${SYN}  - mark: m\n    at: last+1s\n`);
    expect(mark).toMatchObject({ connection: { name: 'default' }, when: window('connection', NS_PER_S) });
  });
});

describe('expectations in time', () => {
  it('`within` is a hard window from the step before', () => {
    const [, step] = goodSteps(`${SYN}  - expect: S.\n    within: 50ms\n`);
    expect(step).toMatchObject({
      when: window('previous', 0, 50 * NS_PER_MS),
      tolerance: { earlyNs: 0, lateNs: 0, percent: 0 },
    });
  });

  it('`rst` is one too; without flags, ACK does not count', () => {
    const [, either, exact] = goodSteps(
      `${SYN}  - rst: { within: 10ms, not_before: 1ms }\n  - rst: { within: 10ms, flags: R. }\n`,
    );
    expect(either).toMatchObject({
      when: window('previous', NS_PER_MS, 10 * NS_PER_MS),
      action: { packet: { flags: TCP_FLAG.RST, flagsMask: 0xfef } },
    });
    expect(exact).toMatchObject({ action: { packet: { flags: TCP_FLAG.RST | TCP_FLAG.ACK } } });
    expect(exact?.action).not.toHaveProperty('packet.flagsMask');
  });

  it('tolerances may be written for one step', () => {
    const [, a, b] = goodSteps(
      `${SYN}  - expect: S.\n    tolerance: 5ms\n  - expect: S.\n    tolerance: { late: 1s, percent: 3 }\n`,
    );
    expect(a?.tolerance).toEqual({ earlyNs: 5 * NS_PER_MS, lateNs: 5 * NS_PER_MS });
    expect(b?.tolerance).toEqual({ lateNs: NS_PER_S, percent: 3 });
  });
});

describe('groups', () => {
  const members = '      - { expect: S., connection: b }\n      - { expect: R }\n';

  it('any order', () => {
    const steps = goodSteps(
      `  - inject: S\n    connection: b\n  - any_order:\n${members}    connection: b\n    within: 1s\n`,
    );
    expect(steps[1]).toMatchObject({
      action: {
        kind: 'group',
        exclusive: false,
        members: [{ connection: { name: 'b' } }, { connection: { name: 'b' } }],
      },
    });
  });

  it('only', () => {
    const steps = goodSteps(`  - inject: S\n    connection: b\n  - only:\n${members}    for: 2s\n`);
    expect(steps[1]).toMatchObject({
      action: { exclusive: true, durationNs: 2 * NS_PER_S },
      label: 'only S.; R for 2s',
    });
    expect(steps[1]).not.toHaveProperty('connection');
  });
});

describe('retransmit', () => {
  const lower = (inside: string) => goodSteps(`${SYN}  - retransmit: { segment: S. 0:0(0), ${inside} }\n`).slice(1);

  it('becomes one expectation for each repetition, counted from the last segment', () => {
    const steps = lower('times: 3, first: 1s');
    expect(steps.map(({ label }) => label)).toEqual([1, 2, 3].map((n) => `retransmission ${n} of 3 of S. 0:0(0)`));
    expect(steps.map(({ when }) => when)).toEqual([1, 2, 4].map((seconds) => window('connection', seconds * NS_PER_S)));
  });

  it('takes another factor, or every interval', () => {
    expect(lower('times: 3, first: 1s, backoff: 1').map(({ when }) => when)).toEqual(
      [1, 1, 1].map((seconds) => window('connection', seconds * NS_PER_S)),
    );
    expect(lower('intervals: [1s, 5]').map(({ when }) => when)).toEqual(
      [1, 5].map((seconds) => window('connection', seconds * NS_PER_S)),
    );
  });

  it('goes on as `then` says, counted from the last repetition', () => {
    expect(lower('times: 1, first: 1s, then: { silence: 4s }').at(-1)).toMatchObject({
      action: { kind: 'silence', durationNs: 4 * NS_PER_S },
      when: window('connection', 0),
      connection: { name: 'default' },
    });
    expect(lower('times: 1, first: 1s, then: { rst: { within: 1s } }').at(-1)).toMatchObject({
      when: window('connection', 0, NS_PER_S),
    });
    expect(lower('times: 1, first: 1s, then: { expect: F., at: +7s }').at(-1)).toMatchObject({
      when: window('connection', 7 * NS_PER_S),
    });
  });
});

describe('calls, marks and samples', () => {
  it('a call may block', () => {
    const [step] = goodSteps('  - call: accept(server, ..., ...) = app\n    returns: +0.5s\n');
    expect(step?.action).toMatchObject({
      kind: 'call',
      call: { name: 'accept', result: { name: 'app' } },
      returns: window('previous', 0.5 * NS_PER_S),
    });
  });

  it('names can be used again after a close', () => {
    const open = '  - call: accept(server, ..., ...) = app\n';
    expect(troublesOf(`${open}${open}`)).toEqual(['duplicate-name: app']);
    expect(troublesOf(`${open}  - call: close(app) = 0\n  - call: close(app) = -1 EBADF\n${open}`)).toEqual([]);
  });

  it("states are the kernel's", () => {
    const steps = goodSteps(
      `${SYN}  - sockets: { estab: 1 }\n  - socket: { state: fin-wait-1 }\n  - proc_net_tcp: { port: 8080, state: LISTENING }\n`,
    );
    expect(steps.slice(1).map(({ action }) => action)).toMatchObject([
      { sample: { fields: [{ name: 'ESTABLISHED', value: { min: 1, max: 1 } }] } },
      { sample: { fields: [{ name: 'state', value: { text: 'FIN_WAIT1' } }] } },
      { sample: { port: 8080, fields: [{ name: 'state', value: { text: 'LISTEN' } }] } },
    ]);
  });

  it('samples may be looked at until they hold', () => {
    const [step] = goodSteps('  - queue: { accept: ">=3", port: 8080 }\n    within: 1s\n');
    expect(step?.action).toMatchObject({
      kind: 'sample',
      withinNs: NS_PER_S,
      sample: { kind: 'queue', port: 8080, fields: [{ name: 'accept', value: { min: 3 } }] },
    });
  });
});

describe('repeat', () => {
  it('gives the count of the round, under its own name if need be', () => {
    const steps = goodSteps(
      '  - repeat: 2\n    index: outer\n    steps:\n      - repeat: 2\n        steps:\n          - wait: ${outer * 10 + i}ms\n',
    );
    expect(steps.map(({ label }) => label)).toEqual(['wait 11ms', 'wait 12ms', 'wait 21ms', 'wait 22ms']);
    expect(steps[3]?.repetition).toBe('round 2 of 2, round 2 of 2');
  });

  it('may have no round, and the next one all the same', () => {
    expect(
      goodSteps('  - repeat: 3\n    index: j\n    steps:\n      - repeat: ${j - 1}\n        steps: [ { wait: 1s } ]\n'),
    ).toHaveLength(3);
  });

  it('has an end', () => {
    const nested = (depth: number): string =>
      depth === 0
        ? '[ { repeat: 0, steps: [ { wait: 1s } ] } ]'
        : `[ { repeat: 100000, steps: ${nested(depth - 1)} } ]`;
    const { diagnostics } = parseText(`name: x\nsteps: ${nested(3)}`);
    expect(diagnostics.map(({ code }) => code)).toEqual(['too-many-steps']);
  });

  it('looks at what is repeated even if the count is wrong', () => {
    expect(troublesOf('  - repeat: two\n    steps: [ { whait: 1s } ]\n')).toEqual([
      'wrong-type: two',
      'missing-key: whait',
    ]);
  });

  it('tells the same mistake of many rounds once, and soon', () => {
    expect(troublesOf('  - repeat: 100000\n    steps: [ { inject: Q } ]\n')).toEqual(['bad-segment: Q']);
  });
});

describe('time', () => {
  it('does not go backwards', () => {
    expect(troublesOf('  - wait: 2s\n  - inject: S\n    at: 1s\n')).toEqual(['time-goes-backwards: 1s']);
    expect(troublesOf(`${SYN}  - silence: 2s\n  - inject: S\n    at: 1s\n`)).toEqual(['time-goes-backwards: 1s']);
    expect(troublesOf(`${SYN}  - expect: S.\n    at: 1s~3s\n  - inject: .\n    at: 2s\n`)).toEqual([]);
    expect(troublesOf(`${SYN}  - expect: S.\n    at: +3s\n    optional: true\n  - inject: .\n    at: 2s\n`)).toEqual(
      [],
    );
  });
});

describe('speed', () => {
  it('a hundred thousand steps take seconds, not minutes', () => {
    const startedAt = performance.now();
    const steps = goodSteps(
      '  - repeat: 25000\n    as: c\n    steps:\n      - inject: S 0:0(0) win 64240 <mss 1460>\n      - expect: S. 0:0(0) ack 1 <mss 1460>\n      - inject: . 1:1(0) ack 1\n      - queue: { accept: "${i}" }\n',
    );
    expect(steps).toHaveLength(100_000);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });
});

describe('sysctl', () => {
  const actions = (text: string): readonly unknown[] => goodSteps(text).map(({ action, when }) => [action, when.kind]);

  it('is one step for each name, the first at the time of the step', () => {
    const steps = '  - sysctl: { net.core.somaxconn: 3, net.ipv4.tcp_rmem: [1, 2, 3] }\n    at: +1s';
    expect(actions(steps)).toEqual([
      [{ kind: 'sysctl', name: 'net.core.somaxconn', value: '3' }, 'window'],
      [{ kind: 'sysctl', name: 'net.ipv4.tcp_rmem', value: '1 2 3' }, 'prompt'],
    ]);
  });

  it('takes what the head takes', () => {
    expect(troublesOf('  - sysctl: { kernel.hostname: x }')).toEqual(['bad-value: kernel.hostname']);
    expect(troublesOf('  - sysctl: { net.core.somaxconn: }').map((one) => one.split(':')[0])).toEqual(['wrong-type']);
    expect(troublesOf('  - sysctl: net.core.somaxconn').map((one) => one.split(':')[0])).toEqual(['wrong-type']);
  });
});
