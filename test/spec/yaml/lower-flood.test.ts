import { describe, expect, it } from 'vitest';
import { goodSteps, troublesOf } from '../support';

function actionOf(flood: string) {
  return goodSteps(`  - flood: ${flood}`)[0]?.action;
}

describe('flood', () => {
  it('is one step, with its segment, its number, and what must come back', () => {
    expect(actionOf('{ segment: "S 0:0(0) win 64240", count: 100000, answered: 129..200 }')).toMatchObject({
      kind: 'flood',
      packet: { kind: 'tcp', flags: 2, seq: 0, window: 64_240 },
      count: 100_000,
      answered: { name: 'answered', value: { kind: 'range', min: 129, max: 200 } },
    });
  });

  it('need not say what comes back', () => {
    expect(actionOf('{ segment: S 0:0(0), count: 3 }')).not.toHaveProperty('answered');
  });

  it.each([
    ['{ segment: S 0:0(0) }', ['missing-key: flood']],
    ['{ count: 5 }', ['missing-key: flood']],
    ['{ segment: S 0:0(0), count: 0 }', ['out-of-range: 0']],
    ['{ segment: S 0:0(0), count: 1000001 }', ['out-of-range: 1000001']],
    ['{ segment: udp (5), count: 5 }', ['not-supported: udp (5)']],
    [
      '{ segment: "ipv4 1.2.3.4 > 4.3.2.1: S 0:0(0)", count: 5 }',
      ['not-supported: "ipv4 1.2.3.4 > 4.3.2.1: S 0:0(0)"'],
    ],
    ['{ segment: S 0:0(0), count: 5, answered: many }', ['bad-value: many']],
    ['{ segment: S 0:0(0), count: 5, answers: 5 }', ['unknown-key: answers']],
    ['S 0:0(0)', ['wrong-type: S 0:0(0)']],
  ])('%s', (flood, expected) => {
    expect(troublesOf(`  - flood: ${flood}`).map((one) => one.trimEnd())).toEqual(expected);
  });

  it('has no connection', () => {
    const steps = '  - flood: { segment: S 0:0(0), count: 5 }\n    connection: default';
    expect(troublesOf(steps)).toEqual(['unknown-key: connection']);
  });
});
