import { describe, expect, it } from 'vitest';
import { Campaign } from '../../../scripts/fuzz/campaign';
import { Random } from '../../../scripts/fuzz/random';
import { shrink } from '../../../scripts/fuzz/shrink';
import { bytesOf, hold, type Target, textOf } from '../../../scripts/fuzz/target';
import { TARGETS } from '../../../scripts/fuzz/targets';

/** A parser that stumbles over `b` behind `a`. */
const clumsy: Target = {
  name: 'clumsy',
  extension: 'txt',
  seeds: () => [bytesOf('xax')],
  make: (random, pool) => bytesOf(textOf(random.pick(pool)).replace('x', random.pick(['b', 'x', 'xx']))),
  check: (input) => {
    hold(!/a.*b/.test(textOf(input)), 'no `b` behind `a`');
    return textOf(input);
  },
};

function inputsOf(target: Target, seed: number, count: number): readonly string[] {
  const campaign = new Campaign(target, seed);
  return Array.from({ length: count }, () => {
    const input = campaign.next();
    campaign.run(input);
    return Buffer.from(input).toString('hex');
  });
}

describe('a campaign', () => {
  it.each(TARGETS)('gives the same inputs for the same seed: $name', (target) => {
    // The seeds come first, whatever the number.
    const count = target.seeds().length + 15;
    const first = inputsOf(target, 1, count);
    expect(inputsOf(target, 1, count)).toEqual(first);
    expect(inputsOf(target, 2, count)).not.toEqual(first);
  });

  it('finds what its seeds do not show, and says in which case', () => {
    const campaign = new Campaign(clumsy, 1);
    const failures = Array.from({ length: 200 }, () => campaign.run(campaign.next()));
    expect(failures[0]).toBeUndefined();
    expect(failures.find((one) => one !== undefined)?.key).toBe('Broken: no * behind *');
    expect(campaign.results).toBeGreaterThan(2);
  });

  it('takes whatever is thrown for a failure, wherever the numbers in it differ', () => {
    let calls = 0;
    const target: Target = {
      ...clumsy,
      check: () => {
        throw new TypeError(`no property of \`x${calls++}\` at ${calls}`);
      },
    };
    const campaign = new Campaign(target, 1);
    const keys = new Set([campaign.next(), campaign.next()].map((input) => campaign.run(input)?.key));
    expect([...keys]).toEqual([expect.stringMatching(/^TypeError: no property of \* at \*/)]);
  });
});

it('a finding is made as short as it still shows the failure', () => {
  const isSame = (input: Uint8Array): boolean => /a.*b/.test(textOf(input));
  const long = `${'x'.repeat(300)}a${'y'.repeat(300)}b${'z'.repeat(300)}`;
  expect(textOf(shrink(bytesOf(long), isSame, () => true))).toBe('ab');
  expect(textOf(shrink(bytesOf(long), isSame, () => false))).toBe(long);
});

describe('random numbers', () => {
  it('come again with the same seed', () => {
    const numbers = (...seed: readonly (string | number)[]): readonly number[] => {
      const random = new Random(...seed);
      return Array.from({ length: 8 }, () => random.below(1_000_000));
    };
    expect(numbers(1, 'pkt', 2)).toEqual(numbers(1, 'pkt', 2));
    expect(numbers(1, 'pkt', 3)).not.toEqual(numbers(1, 'pkt', 2));
    expect(numbers(1, 'yaml', 2)).not.toEqual(numbers(1, 'pkt', 2));
  });

  it('reach both bounds, and nothing beyond', () => {
    const random = new Random('bounds');
    expect(new Set(Array.from({ length: 500 }, () => random.between(3, 5)))).toEqual(new Set([3, 4, 5]));
  });
});
