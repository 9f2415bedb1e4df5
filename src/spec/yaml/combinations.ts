/**
 * Variables and the matrix: which runs a spec asks for, and which names its `${...}` may use in each.
 *
 * The number of runs is worked out before any of them is made.
 */
import { isVariableName } from '../expression/expression';
import type { Value } from '../expression/expression';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import type { ParseSettings } from '../spec';
import { nearestName } from '../suggest';
import { substitute } from './substitute';
import { entryOf } from './tree';
import type { Entry, ScalarTree, Tree } from './tree';

/** One run: the matrix values that it is for, and all names with their values. */
export interface Combination {
  readonly matrix: Readonly<Record<string, Value>>;
  readonly scope: ReadonlyMap<string, Value>;
}

interface Axis {
  readonly name: string;
  readonly values: readonly Value[];
}

/**
 * All runs of the file, in the order of its matrix. When there are too many, or the matrix is none, that is reported,
 * and there is one run with the first value of each axis, so that the rest of the file can be looked at.
 */
export function combinationsOf(root: Tree, settings: ParseSettings, complaints: Complaints): readonly Combination[] {
  warnOfUnknownSettings(root, settings, complaints);
  const axes = readAxes(root, settings, complaints);
  const rows = isAffordable(root, axes, settings, complaints) ? expand(axes) : expand(axes.map(firstOnly));
  return rows.map((matrix) => ({
    matrix: Object.fromEntries(matrix),
    scope: scopeOf(root, matrix, settings, complaints),
  }));
}

function isAffordable(root: Tree, axes: readonly Axis[], settings: ParseSettings, complaints: Complaints): boolean {
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count <= settings.maxCombinations) return true;
  const span = entryOf(root, 'matrix')?.keySpan ?? { start: 0, end: 0 };
  const hint = 'pin an axis with --set NAME=VALUE, or make it shorter';
  complaints.report(
    errorAt(span, 'too-many-runs', `this matrix asks for ${count} runs; ${settings.maxCombinations} are allowed`, hint),
  );
  return false;
}

function firstOnly({ name, values }: Axis): Axis {
  return { name, values: values.slice(0, 1) };
}

function readAxes(root: Tree, settings: ParseSettings, complaints: Complaints): readonly Axis[] {
  const matrix = entryOf(root, 'matrix')?.value;
  const entries = matrix?.kind === 'map' ? matrix.entries : [];
  return entries.filter((entry) => checkName(entry, complaints)).map((entry) => readAxis(entry, settings, complaints));
}

/** The values of one axis. What is no list of scalars is left to the schema, which reports it; 1 stands in for it. */
function readAxis(entry: Entry, settings: ParseSettings, complaints: Complaints): Axis {
  const pinned = settings.set.get(entry.key);
  if (pinned !== undefined) return { name: entry.key, values: [settingValue(pinned)] };
  const values = new Set<Value>();
  for (const item of entry.value.kind === 'list' ? entry.value.items : []) {
    const value = item.kind === 'scalar' ? scalarValue(item) : undefined;
    if (value === undefined) continue;
    if (values.has(value))
      complaints.report(errorAt(item.span, 'duplicate-name', `\`${value}\` stands twice on the axis \`${entry.key}\``));
    values.add(value);
  }
  return { name: entry.key, values: values.size === 0 ? [1] : [...values] };
}

function expand(axes: readonly Axis[]): readonly (readonly (readonly [string, Value])[])[] {
  return axes.reduce<readonly (readonly (readonly [string, Value])[])[]>(
    (rows, { name, values }) => rows.flatMap((row) => values.map((value) => [...row, [name, value] as const])),
    [[]],
  );
}

/** Matrix values first, then the variables in their order: each may use what stands before it. */
function scopeOf(
  root: Tree,
  matrix: readonly (readonly [string, Value])[],
  settings: ParseSettings,
  complaints: Complaints,
): ReadonlyMap<string, Value> {
  const scope = new Map<string, Value>(matrix);
  const variables = entryOf(root, 'variables')?.value;
  for (const entry of variables?.kind === 'map' ? variables.entries : []) {
    if (!checkName(entry, complaints)) continue;
    if (entryOf(entryOf(root, 'matrix')?.value, entry.key) !== undefined) {
      complaints.report(errorAt(entry.keySpan, 'duplicate-name', `\`${entry.key}\` is an axis of the matrix already`));
      continue;
    }
    scope.set(entry.key, variableValue(entry, scope, settings, complaints));
  }
  return scope;
}

function variableValue(
  entry: Entry,
  scope: ReadonlyMap<string, Value>,
  settings: ParseSettings,
  complaints: Complaints,
): Value {
  const pinned = settings.set.get(entry.key);
  if (pinned !== undefined) return settingValue(pinned);
  const filled = substitute(entry.value, scope, complaints);
  // What is no scalar is reported by the schema; the name is known all the same.
  return (filled.kind === 'scalar' ? scalarValue(filled) : undefined) ?? 0;
}

function checkName({ key, keySpan }: Entry, complaints: Complaints): boolean {
  if (isVariableName(key)) return true;
  const hint = 'letters, digits and `_`, beginning with a letter; not `min` or `max`';
  complaints.report(errorAt(keySpan, 'bad-value', `\`${key}\` cannot be the name of a variable`, hint));
  return false;
}

function scalarValue(scalar: ScalarTree): Value | undefined {
  if (scalar.value === null) return undefined;
  return Number.isSafeInteger(scalar.value) && typeof scalar.value === 'number' ? scalar.value : scalar.text;
}

function settingValue(text: string): Value {
  const number = Number(text);
  return /^-?\d+$/.test(text) && Number.isSafeInteger(number) ? number : text;
}

/** The names of variables and axes. */
export function settableNames(root: Tree): readonly string[] {
  return ['variables', 'matrix'].flatMap((section) => {
    const tree = entryOf(root, section)?.value;
    return tree?.kind === 'map' ? tree.entries.map(({ key }) => key) : [];
  });
}

/** A setting that a spec does not know is meant for others, unless it looks like a slip. */
function warnOfUnknownSettings(root: Tree, settings: ParseSettings, complaints: Complaints): void {
  const known = settableNames(root);
  const span: Span = { start: 0, end: 0 };
  for (const name of settings.set.keys()) {
    const nearest = known.includes(name) ? undefined : nearestName(name, known);
    if (nearest === undefined) continue;
    const message = `--set ${name} has no effect here: this spec has no variable \`${name}\``;
    complaints.report({
      severity: 'warning',
      code: 'unknown-variable',
      message,
      span,
      hint: `did you mean \`${nearest}\`?`,
    });
  }
}
