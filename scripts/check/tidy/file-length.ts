import { pathsLike } from '../tree';
import { findStaleExceptions, type HouseRule } from './house-rule';

const LINES_MAX = 500;

export const fileLength: HouseRule = {
  name: 'file-length',
  reason: `A file of more than ${LINES_MAX} lines has more than one subject.`,
  find: (tree, exceptions) => {
    const long = pathsLike(tree, /^(?:src|test|scripts|bin)\/.*\.[jt]s$/).filter(
      (path) => countLines(tree.get(path)) > LINES_MAX,
    );
    return [
      ...long
        .filter((path) => !exceptions.has(path))
        .map((path) => `${path}: has ${countLines(tree.get(path))} lines, at most ${LINES_MAX} are read`),
      ...findStaleExceptions(exceptions, long),
    ];
  },
  bites: [{ files: { 'src/wire/tcp.ts': '\n'.repeat(LINES_MAX + 1) }, complaintOn: 'src/wire/tcp.ts' }],
};

function countLines(text = ''): number {
  return text.split('\n').length - 1;
}
