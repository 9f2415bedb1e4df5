/**
 * Holds a tree against a schema, and words what does not fit, at the place where it stands.
 *
 * The schema library says which rule is broken and on which path; place, wording and hint come from here.
 */
import * as z from 'zod/mini';
import type { Diagnostic } from '../diagnostic';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { listNames, nearestName, oneOf } from '../suggest';
import { wordingOf } from './schema';
import type { Schema } from './schema';
import { child, describeTree, entryOf, toPlain } from './tree';
import type { Tree } from './tree';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Reports everything that does not fit. @param owner where a missing key is reported: what the mapping belongs to */
export function checkShape(tree: Tree, schema: Schema, owner: Span, complaints: Complaints, label = 'this'): void {
  const result = z.safeParse(schema, toPlain(tree));
  if (result.success) return;
  for (const issue of result.error.issues) report(issue, { tree, schema, owner, label }, complaints);
}

/** What an issue's path is counted from. */
interface Root {
  readonly tree: Tree;
  readonly schema: Schema;
  readonly owner: Span;
  readonly label: string;
}

function report(issue: Issue, root: Root, complaints: Complaints): void {
  const place = follow(root, issue.path);
  if (place === undefined) return;
  if (place.tree !== undefined && place.tree.kind !== 'scalar' && place.schema instanceof z.ZodMiniUnion)
    return reportUnion(place.tree, place, complaints);
  if (place.tree === undefined) return reportMissing(place, complaints);
  if (isBroken(place.tree)) return;
  if (issue.code === 'unrecognized_keys') return reportUnknownKeys(issue.keys, place.tree, place.schema, complaints);
  const diagnostic = describe(issue, place.tree, place.schema, place.label);
  if (diagnostic !== undefined) complaints.report(diagnostic);
}

interface Place {
  /** Absent when a key that must be there is not. */
  readonly tree: Tree | undefined;
  readonly schema: Schema;
  readonly label: string;
  /** The nearest key on the way. */
  readonly owner: Span;
}

/** The place of an issue, or of the first choice between mappings or lists on the way to it: see `reportUnion`. */
function follow(root: Root, path: Path): Place | undefined {
  let tree: Tree | undefined = root.tree;
  let schema: Schema | undefined = unwrap(root.schema);
  let { owner, label } = root;
  for (const step of path) {
    if (tree === undefined || schema === undefined) return undefined;
    if (schema instanceof z.ZodMiniUnion) return { tree, schema, label, owner };
    if (tree.kind === 'list') {
      label = `an item of ${label}`;
      tree = tree.items[Number(step)];
    } else {
      const entry = entryOf(tree, String(step));
      label = `\`${String(step)}\``;
      if (entry !== undefined) owner = entry.keySpan;
      tree = entry?.value;
    }
    schema = inner(schema, step);
  }
  return schema === undefined ? undefined : { tree, schema, label, owner };
}

/** The schema one step down a path. */
function inner(schema: Schema, step: PropertyKey): Schema | undefined {
  if (schema instanceof z.ZodMiniObject) return unwrap(schema.shape[step as string]);
  if (schema instanceof z.ZodMiniArray) return unwrap(schema.def.element);
  if (schema instanceof z.ZodMiniRecord) return unwrap(schema.def.valueType);
  return undefined;
}

function unwrap(schema: Schema | undefined): Schema | undefined {
  return schema instanceof z.ZodMiniOptional ? unwrap(schema.def.innerType) : schema;
}

/** The alternative that a mapping or list was meant to be: the one whose first key it has, or the only one of its kind. */
function branchFor(schema: Schema, tree: Tree): Schema | undefined {
  if (!(schema instanceof z.ZodMiniUnion)) return undefined;
  const options = schema.def.options as readonly Schema[];
  if (tree.kind === 'list') return options.find((option) => option instanceof z.ZodMiniArray);
  const objects = options.filter((option) => option instanceof z.ZodMiniObject);
  const meant = objects.find((option) => child(tree, Object.keys(option.shape)[0] ?? '') !== undefined);
  return meant ?? (objects.length === 1 ? objects[0] : undefined);
}

/** Of several shapes, the one that was meant is looked at again by itself: its issues are the ones to tell. */
function reportUnion(tree: Tree, { schema, label, owner }: Place, complaints: Complaints): void {
  const branch = branchFor(schema, tree);
  if (branch !== undefined) return checkShape(tree, branch, owner, complaints, label);
  const wording = wordingOf(schema) ?? 'something else';
  if (tree.kind === 'list')
    return complaints.report(errorAt(tree.span, 'wrong-type', `${label} is ${wording}, not a list`));
  complaints.report(
    errorAt(owner, 'missing-key', `what ${label} is does not follow from its keys`, `it is ${wording}`),
  );
}

function reportMissing(place: Place, complaints: Complaints): void {
  complaints.report(errorAt(place.owner, 'missing-key', `the key ${place.label} is missing`, hintOf(place.schema)));
}

function hintOf(schema: Schema): string | undefined {
  const wording = wordingOf(schema);
  return wording === undefined ? undefined : `it is ${wording}`;
}

function reportUnknownKeys(keys: readonly string[], tree: Tree, schema: Schema, complaints: Complaints): void {
  const known = schema instanceof z.ZodMiniObject ? Object.keys(schema.shape) : [];
  for (const key of keys) {
    const entry = entryOf(tree, key);
    if (entry === undefined) continue;
    complaints.report(errorAt(entry.keySpan, 'unknown-key', `unknown key \`${key}\``, unknownKeyHint(key, known)));
  }
}

function unknownKeyHint(key: string, known: readonly string[]): string {
  if (key === '<<') return 'YAML merge keys are not part of the language; an alias stands for a whole value';
  if (key.endsWith('>')) return 'inside `{ }`, YAML ends a text at a comma: put the segment in quotes';
  const nearest = nearestName(key, known);
  return nearest === undefined ? `known here: ${listNames(known, 'and')}` : `did you mean \`${nearest}\`?`;
}

function describe(issue: Issue, tree: Tree, schema: Schema, label: string): Diagnostic | undefined {
  const { span } = tree;
  switch (issue.code) {
    case 'too_big':
    case 'too_small':
      return describeRange(issue, tree, schema, label);
    default:
      break;
  }
  const words = wordsOf(schema);
  if (words !== undefined && tree.kind === 'scalar' && tree.value !== null) {
    return errorAt(span, 'bad-value', `${label} cannot be \`${tree.text}\``, oneOf(tree.text, words).hint);
  }
  const wording = wordingOf(schema) ?? typeWording(issue);
  if (tree.kind === 'scalar' && tree.value === null && tree.text === '')
    return errorAt(span, 'wrong-type', `${label} has no value`, `it is ${wording}`);
  return errorAt(span, 'wrong-type', `${label} is ${wording}, not ${describeTree(tree)}`, typeHint(tree, schema));
}

/** The closed set of words that a scalar may be here, if it is one. */
function wordsOf(schema: Schema): readonly string[] | undefined {
  if (schema instanceof z.ZodMiniUnion)
    return (schema.def.options as readonly Schema[]).map(wordsOf).find((words) => words !== undefined);
  return schema instanceof z.ZodMiniEnum ? schema.options.map(String) : undefined;
}

function describeRange(
  issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall,
  tree: Tree,
  schema: Schema,
  label: string,
): Diagnostic {
  const { span } = tree;
  if (tree.kind !== 'scalar') return errorAt(span, 'bad-value', `${label} is empty`, hintOf(schema));
  const { min, max } = limitsOf(schema);
  const bounds = min === undefined || max === undefined ? '' : ` ${min} to ${max}`;
  const fallback = issue.code === 'too_big' ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
  return errorAt(
    span,
    'out-of-range',
    `${label} \`${tree.text}\` is out of range${bounds === '' ? `: ${fallback}` : bounds}`,
  );
}

function limitsOf(schema: Schema): { min?: number; max?: number } {
  const found: { min?: number; max?: number } = {};
  for (const check of schema._zod.def.checks ?? []) {
    const { def } = check._zod;
    if (!('value' in def) || typeof def.value !== 'number') continue;
    if (def.check === 'greater_than') found.min = def.value;
    if (def.check === 'less_than') found.max = def.value;
  }
  return found;
}

function typeWording(issue: Issue): string {
  if (issue.code !== 'invalid_type') return 'something else';
  if (issue.expected === 'object' || issue.expected === 'record') return 'a mapping';
  if (issue.expected === 'array') return 'a list';
  return `a ${issue.expected}`;
}

function typeHint(tree: Tree, schema: Schema): string | undefined {
  if (tree.kind !== 'scalar' || !(schema instanceof z.ZodMiniNumber)) return undefined;
  return tree.isText && /^-?\d+$/.test(tree.text) ? 'without the quotes it is a number' : undefined;
}

/** The value hangs on something that was reported before. */
function isBroken(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.broken === true;
}
