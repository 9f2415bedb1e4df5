import { expect, it } from 'vitest';
import { messageOf } from '../../src/base/message';

it.each([
  [new Error('no such file'), 'no such file'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
])('says what was thrown: %s', (thrown, said) => {
  expect(messageOf(thrown)).toBe(said);
});
