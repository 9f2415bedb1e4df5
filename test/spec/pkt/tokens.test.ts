import { expect, it } from 'vitest';
import { TokenTable } from '../../../src/spec/pkt/tokens';

it('gives back what was put in, however many there are', () => {
  const text = 'ab '.repeat(1000);
  const table = new TokenTable(text);
  for (let index = 0; index < 1000; index++)
    table.add('word', index * 3, index * 3 + 2, {
      firstOnLine: index === 7,
      commented: index === 8,
      unclosed: index === 9,
    });
  table.add('end', text.length, text.length, { firstOnLine: false, commented: false, unclosed: false });
  expect([table.length, table.kind(999), table.textOf(999), table.trivia(1000), table.trivia(0)]).toEqual([
    1001,
    'word',
    'ab',
    ' ',
    '',
  ]);
  expect(
    [6, 7, 8, 9].map((index) => [table.firstOnLine(index), table.commented(index), table.unclosed(index)]),
  ).toEqual([
    [false, false, false],
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
  expect(table.kind(5000)).toBe('end');
});
