import { expect, it } from 'vitest';
import { optionSpan } from '../../src/spec/option-span';

it('finds an option of a script, and not one that only begins like it', () => {
  const text = '// x\n--mss_clamp=3\n--mss=500\n';
  const { start, end } = optionSpan(text, 'mss');
  expect([start, text.slice(start, end)]).toEqual([19, '--mss']);
});

it('points at the beginning when the option came from elsewhere', () => {
  expect(optionSpan('0 socket(...) = 3', 'mss')).toEqual({ start: 0, end: 0 });
});
