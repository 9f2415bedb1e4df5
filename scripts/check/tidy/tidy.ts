/**
 * The house rules: what this project wants of its own files and no ready tool checks.
 *
 * Each rule is one file with a pure function and, beside it, the small trees that break it. Deliberately absent:
 * anything that the type checker, the linter or the search for dead code can say.
 */

import type { Outcome } from '../outcome';
import type { Tree } from '../tree';
import { docLinks } from './doc-links';
import { EXCEPTIONS } from './exceptions';
import { fileLength } from './file-length';
import { folderContract } from './folder-contract';
import { foreignNames } from './foreign-names';
import type { HouseRule } from './house-rule';
import { leftOutTests } from './left-out-tests';
import { lockComplete } from './lock-complete';
import { testMirror } from './test-mirror';

export const HOUSE_RULES: readonly HouseRule[] = [
  foreignNames,
  fileLength,
  folderContract,
  testMirror,
  leftOutTests,
  docLinks,
  lockComplete,
];

/** All house rules on a tree. */
export function checkTidy(tree: Tree): Outcome {
  return {
    summary: `${HOUSE_RULES.length} house rules on ${tree.size} files`,
    complaints: HOUSE_RULES.flatMap(({ name, find }) =>
      find(tree, EXCEPTIONS[name] ?? new Map()).map((complaint) => `${name}: ${complaint}`),
    ),
  };
}

/** Proof that each house rule bites on its own bad trees, and not on another line. */
export function biteTidy(): Outcome {
  const bites = HOUSE_RULES.flatMap((rule) => rule.bites.map((bite) => ({ rule, bite })));
  return {
    summary: `${bites.length} bad trees bite`,
    complaints: [
      ...HOUSE_RULES.filter(({ bites: own }) => own.length === 0).map(({ name }) => `nothing proves ${name}`),
      ...bites.flatMap(({ rule, bite }) => {
        const complaints = rule.find(new Map(Object.entries(bite.files)), new Map());
        const [first = ''] = complaints;
        if (complaints.length === 1 && first.startsWith(`${bite.complaintOn}:`)) return [];
        return [`${rule.name}: one complaint on ${bite.complaintOn} expected, got ${JSON.stringify(complaints)}`];
      }),
    ],
  };
}
