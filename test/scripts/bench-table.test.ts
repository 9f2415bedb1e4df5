import { describe, expect, test } from 'vitest';
import { spreadOf } from '../../scripts/bench/statistics';
import { figure, goalText, markdownTable, ratioText, spreadText } from '../../scripts/bench/table';

describe('a figure', () => {
  test.each([
    [0, '0'],
    [0.0449, '0.04'],
    [4.567, '4.57'],
    [45.67, '45.7'],
    [456.7, '457'],
    [22690.2, '22690'],
    [-4.567, '-4.57'],
  ])('of %d reads %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

test('a spread shows the median first', () => {
  expect(spreadText(spreadOf([1, 2, 30]))).toBe('2.00 (1.00-30.0)');
});

describe('a ratio', () => {
  test('is that of the medians', () => {
    expect(ratioText(spreadOf([8, 10, 100]), spreadOf([1, 4, 5]))).toBe('2.50 x');
  });

  test('needs a floor above zero', () => {
    expect(ratioText(spreadOf([8]), undefined)).toBe('-');
    expect(ratioText(spreadOf([8]), spreadOf([0]))).toBe('-');
  });
});

describe('a goal', () => {
  test.each([
    [[1, 4.9], '< 5 us: met'],
    [[5, 6], '< 5 us: **missed**'],
    [[1, 5, 4], '< 5 us: **met in 2 of 3**'],
  ])('that %j should stay under reads %s', (repeats, text) => {
    expect(goalText(repeats, 5, 'us')).toBe(text);
  });
});

test('a table has its numbers on the right', () => {
  const table = {
    heading: ['what', 'ms'],
    rows: [
      ['a', '1'],
      ['b', '2'],
    ],
  };
  expect(markdownTable(table)).toBe('| what | ms |\n| --- | ---: |\n| a | 1 |\n| b | 2 |');
});
