import { expect, it } from 'vitest';
import { labelOf } from '../../src/spec/label';

it('is one line of at most 120 characters', () => {
  expect(labelOf('a', undefined, ' b\n  c ')).toBe('a b c');
  expect(labelOf('x'.repeat(200))).toBe(`${'x'.repeat(117)}...`);
});
