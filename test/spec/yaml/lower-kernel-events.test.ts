import { describe, expect, it } from 'vitest';
import { goodSteps, troublesOf } from '../support';

const BEFORE = '  - inject: S 0:0(0)\n';

function stepOf(step: string) {
  return goodSteps(BEFORE + step).at(-1);
}

describe('drops', () => {
  it('is a list of segments with reasons, of any connection', () => {
    const step = stepOf(
      '  - drops: [{ segment: ". 1:1(0) ack 1", reason: SKB_DROP_REASON_TCP_CSUM, function: tcp_v4_rcv }, {}]',
    );
    expect(step).not.toHaveProperty('connection');
    expect(step?.action).toMatchObject({
      kind: 'events',
      events: {
        kind: 'drops',
        drops: [{ packet: { kind: 'tcp', seq: 1, ack: 1 }, reasons: ['TCP_CSUM'], function: 'tcp_v4_rcv' }, {}],
      },
    });
  });

  it('may be empty, of one connection, and for one of several reasons', () => {
    expect(stepOf('  - { drops: [], connection: default }')).toMatchObject({ connection: { name: 'default' } });
    expect(stepOf('  - drops: [{ reason: [NO_SOCKET, TCP_CSUM] }]')?.action).toMatchObject({
      events: { drops: [{ reasons: ['NO_SOCKET', 'TCP_CSUM'] }] },
    });
  });

  it.each([
    ['drops: [{ reason: no socket }]', ['bad-value: no socket']],
    ['drops: [{ segment: S 0:0( }]', ['bad-segment: ']],
    ['drops: [{ segment: icmp echo_request }]', ['not-supported: icmp echo_request']],
    ['drops: [{ connection: nobody }]', ['unknown-connection: nobody']],
    ['drops: { reason: TCP_CSUM }', ['wrong-type: { reason: TCP_CSUM }']],
    ['drops: [{ because: TCP_CSUM }]', ['unknown-key: because']],
  ])('%s', (step, expected) => {
    const troubles = troublesOf(`${BEFORE}  - ${step}`).map((one) => one.trimEnd());
    expect(troubles.map((one, index) => one.slice(0, (expected[index] ?? '').trimEnd().length))).toEqual(
      expected.map((one) => one.trimEnd()),
    );
  });
});

describe('states', () => {
  it('are changes, in any spelling, of the connection of the step', () => {
    const step = stepOf('  - states: [syn-recv -> ESTAB, ESTABLISHED->CLOSED]');
    expect(step).toMatchObject({ connection: { name: 'default' } });
    expect(step?.action).toMatchObject({
      events: { kind: 'states', changes: ['SYN_RECV -> ESTABLISHED', 'ESTABLISHED -> CLOSE'] },
    });
  });

  it.each([
    ['states: [ESTABLISHED]', ['bad-value: ESTABLISHED']],
    ['states: [SYN_RECV -> ESTABLISHD]', ['bad-value: SYN_RECV -> ESTABLISHD']],
    ['states: SYN_RECV', ['wrong-type: SYN_RECV']],
  ])('%s', (step, expected) => {
    expect(troublesOf(`${BEFORE}  - ${step}`).map((one) => one.trimEnd())).toEqual(expected);
  });
});

describe('reset', () => {
  it('says by whom, and may say why', () => {
    expect(stepOf('  - reset: { by: kernel, reason: SK_RST_REASON_TCP_STATE }')?.action).toMatchObject({
      events: { kind: 'reset', by: 'kernel', reasons: ['TCP_STATE'] },
    });
  });

  it.each([
    ['reset: {}', ['missing-key: reset']],
    ['reset: { by: nobody }', ['bad-value: nobody']],
  ])('%s', (step, expected) => {
    expect(troublesOf(`${BEFORE}  - ${step}`).map((one) => one.trimEnd())).toEqual(expected);
  });
});
