import { expect, it } from 'vitest';
import { byFile } from '../../src/report/by-file';
import { RESULTS } from './hostile';

it('the runs of a file stand together', () => {
  expect(byFile(RESULTS).map((group) => group.map(({ run }) => run.index))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6],
  ]);
});
