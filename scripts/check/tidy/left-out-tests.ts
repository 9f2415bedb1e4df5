import { pathsLike } from '../tree';
import type { HouseRule } from './house-rule';

/** Left behind after looking at one test: the others no longer run, and nothing says so. */
const ONLY = /\b(?:test|it|describe|suite)(?:\.\w+)*\.only\b/;

/** A test that may not run; a comment on the line or above it says why. */
const MAYBE = /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:skip|todo|fails|skipIf|runIf)\b/;

export const leftOutTests: HouseRule = {
  name: 'left-out-tests',
  reason: 'A test that does not run is either forgotten or has a reason that can be written down.',
  find: (tree) =>
    pathsLike(tree, /^test\/.*\.ts$/).flatMap((path) => {
      const lines = (tree.get(path) ?? '').split('\n');
      return lines.flatMap((line, index) => {
        if (ONLY.test(line)) return [`${path}:${index + 1}: leaves the other tests out`];
        const explained = line.includes('//') || /^\s*(?:\/\/|\*)/.test(lines[index - 1] ?? '');
        return MAYBE.test(line) && !explained ? [`${path}:${index + 1}: gives no reason for leaving a test out`] : [];
      });
    }),
  bites: [
    { files: { 'test/a.test.ts': "test.only('x', run);\n" }, complaintOn: 'test/a.test.ts:1' },
    { files: { 'test/a.test.ts': "\ndescribe.concurrent.skip('x', run);\n" }, complaintOn: 'test/a.test.ts:2' },
    {
      files: { 'test/a.test.ts': "// no TUN\ntest.skip('x', run);\n\ntest.todo('y');\n" },
      complaintOn: 'test/a.test.ts:4',
    },
  ],
};
