/**
 * Values out of a tree. Each gives `undefined` for what is absent or of the wrong type, without a word: the schema has
 * reported that. Only texts with a grammar report here.
 */
import type { Ns } from '../../base/nanoseconds';
import type { ToleranceText, When } from '../model';
import { errorAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';
import { readDuration, readWhen } from '../notation/time';
import type { TimeRules } from '../notation/time';
import { child, snippetOf } from './tree';
import type { ScalarTree, Tree } from './tree';

/** A scalar that has a value that can be judged. */
export function scalarAt(tree: Tree | undefined, key: string): ScalarTree | undefined {
  const value = child(tree, key);
  return value?.kind === 'scalar' && isUsable(value) ? value : undefined;
}

export function isUsable(scalar: ScalarTree): boolean {
  return scalar.value !== null && typeof scalar.value !== 'boolean' && scalar.broken !== true;
}

/** Numbers count as the text that they were written as. */
export function snippetAtKey(tree: Tree | undefined, key: string): Snippet | undefined {
  const scalar = scalarAt(tree, key);
  return scalar === undefined ? undefined : snippetOf(scalar);
}

export function textAt(tree: Tree | undefined, key: string): string | undefined {
  return scalarAt(tree, key)?.text.trim();
}

export function integerAt(tree: Tree | undefined, key: string): number | undefined {
  const value = scalarAt(tree, key)?.value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

export function numberAt(tree: Tree | undefined, key: string): number | undefined {
  const value = scalarAt(tree, key)?.value;
  return typeof value === 'number' ? value : undefined;
}

export function flagAt(tree: Tree | undefined, key: string): boolean | undefined {
  const value = child(tree, key);
  return value?.kind === 'scalar' && typeof value.value === 'boolean' ? value.value : undefined;
}

export function durationAt(tree: Tree | undefined, key: string, complaints: Complaints): Ns | undefined {
  const snippet = snippetAtKey(tree, key);
  return snippet === undefined ? undefined : readDuration(snippet, complaints);
}

export function whenAt(
  tree: Tree | undefined,
  key: string,
  rules: TimeRules,
  complaints: Complaints,
): When | undefined {
  const snippet = snippetAtKey(tree, key);
  return snippet === undefined ? undefined : readWhen(snippet, rules, complaints);
}

export function toleranceAt(tree: Tree | undefined, key: string, complaints: Complaints): ToleranceText | undefined {
  const value = child(tree, key);
  if (value?.kind === 'scalar') {
    const bothNs = durationAt(tree, key, complaints);
    return bothNs === undefined ? undefined : { earlyNs: bothNs, lateNs: bothNs };
  }
  if (value?.kind !== 'map') return undefined;
  const earlyNs = durationAt(value, 'early', complaints);
  const lateNs = durationAt(value, 'late', complaints);
  const percent = numberAt(value, 'percent');
  return {
    ...(earlyNs === undefined ? {} : { earlyNs }),
    ...(lateNs === undefined ? {} : { lateNs }),
    ...(percent === undefined ? {} : { percent }),
  };
}

/** A word that names a connection, a mark or a prefix of names; reports what cannot be one. */
export function nameAt(
  tree: Tree | undefined,
  key: string,
  what: string,
  complaints: Complaints,
): { name: string; span: ScalarTree['span'] } | undefined {
  const scalar = scalarAt(tree, key);
  if (scalar === undefined) return undefined;
  const { span } = scalar;
  const name = scalar.text.trim();
  return checkName(name, what, span, complaints) ? { name, span } : undefined;
}

/** Names are words: a letter, then letters, digits, `_` and `-`. */
export function checkName(name: string, what: string, span: ScalarTree['span'], complaints: Complaints): boolean {
  if (/^[A-Za-z][\w-]*$/.test(name)) return true;
  complaints.report(
    errorAt(
      span,
      'bad-value',
      `\`${name}\` cannot be the name of a ${what}`,
      'a letter, then letters, digits, `_` and `-`',
    ),
  );
  return false;
}
