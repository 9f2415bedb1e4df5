import { expect, test } from 'vitest';
import { countTests } from '../../scripts/test-count';

const REPORT = { numPassedTests: 12, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

test('a good run is passed tests and nothing else', () => {
  expect(countTests(REPORT, 0)).toEqual({ line: '12 passed, 0 failed', good: true });
});

test('skipped and planned tests are shown together', () => {
  const report = { ...REPORT, numPendingTests: 2, numTodoTests: 1 };
  expect(countTests(report, 0)).toEqual({ line: '12 passed, 0 failed, 3 skipped', good: true });
});

test('a failed test is a failed run', () => {
  expect(countTests({ ...REPORT, numFailedTests: 3 }, 1)).toEqual({ line: '12 passed, 3 failed', good: false });
});

test('a file that does not load counts, one whose tests failed does not count twice', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] },
  ];
  expect(countTests({ ...REPORT, numFailedTests: 1, testResults }, 1).line).toBe('12 passed, 2 failed');
});

test('a run that ended badly without a failed test is failed', () => {
  expect(countTests(REPORT, 1)).toEqual({ line: '12 passed, 1 failed', good: false });
});

test('a run without tests, or without a report, is no good run', () => {
  expect(countTests({ ...REPORT, numPassedTests: 0 }, 0).good).toBe(false);
  expect(countTests(undefined, 0)).toEqual({ line: '0 passed, 1 failed', good: false });
});
