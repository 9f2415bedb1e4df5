import type { Tree } from '../tree';

/** A rule of this house that no ready tool knows: a pure function from the files to complaints. */
export interface HouseRule {
  readonly name: string;
  /** Why the rule is there, in a sentence. */
  readonly reason: string;
  /** Complaints, each beginning with the path that it is about. */
  readonly find: (tree: Tree, exceptions: Exceptions) => string[];
  /** Small trees that break the rule: each must give exactly one complaint, on the named path. */
  readonly bites: readonly Bite[];
}

export interface Bite {
  readonly files: Readonly<Record<string, string>>;
  readonly complaintOn: string;
}

/** Files that a rule leaves alone, each with the reason. */
export type Exceptions = ReadonlyMap<string, string>;

/** Exceptions that are no longer needed: the file is gone, or it keeps the rule. */
export function findStaleExceptions(excepted: Exceptions, breaking: Iterable<string>): string[] {
  const needed = new Set(breaking);
  return [...excepted.keys()]
    .filter((path) => !needed.has(path))
    .map((path) => `scripts/check/tidy/exceptions.ts: ${path} needs no exception (any more)`);
}
