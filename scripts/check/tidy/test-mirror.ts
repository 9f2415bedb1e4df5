import ts from 'typescript';
import { pathsLike, type Tree } from '../tree';
import { findStaleExceptions, type HouseRule } from './house-rule';

export const testMirror: HouseRule = {
  name: 'test-mirror',
  reason: 'Who changes src/a/b.ts finds its tests in test/a/b.test.ts; what has no tests has a reason.',
  find: (tree, exceptions) => {
    const untested = pathsLike(tree, /^src\/.*(?<!\.d)\.ts$/)
      .filter((path) => !tree.has(testOf(path)))
      .filter((path) => hasLogic(path, tree));
    return [
      ...untested
        .filter((path) => !exceptions.has(path))
        .map((path) => `${path}: has no ${testOf(path)} and no reason in scripts/check/tidy/exceptions.ts`),
      ...findStaleExceptions(exceptions, untested),
    ];
  },
  bites: [
    {
      files: {
        'src/wire/seq.ts': 'export const next = (seq: number) => seq + 1;\n',
        'src/wire/types.ts': 'export type Next = (seq: number) => number;\n',
      },
      complaintOn: 'src/wire/seq.ts',
    },
  ],
};

function testOf(path: string): string {
  return path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts');
}

/** Whether a file holds any function with a body; types and tables of constants need no tests of their own. */
function hasLogic(path: string, tree: Tree): boolean {
  const file = ts.createSourceFile(path, tree.get(path) ?? '', ts.ScriptTarget.Latest);
  const holdsBody = (node: ts.Node): boolean =>
    (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) || ts.forEachChild(node, holdsBody) === true;
  return holdsBody(file);
}
