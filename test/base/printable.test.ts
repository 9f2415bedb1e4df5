import { expect, it } from 'vitest';
import { printable, visible } from '../../src/base/printable';

it.each([
  ['plain text: é 漢 😀', 'plain text: é 漢 😀'],
  ['\u001b[31mred\u0007', '·[31mred·'],
  ['\u009b2J', '·2J'],
  ['a\u202eb\u2066c\ufeff', 'a·b·c·'],
  ['half \ud800, \ufffe and \uffff', 'half ·, · and ·'],
  ['one\ntwo\tthree\r\n\0', 'one·two·three···'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

it('lines and columns may stay', () => {
  expect(printable('one\ntwo\tthree\r\n\u001b[0m')).toBe('one\ntwo\tthree·\n·[0m');
});
