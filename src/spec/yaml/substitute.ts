/**
 * `${...}` in a tree: every scalar (and key) gets its values. A tree without any comes back as it is.
 */
import { fillTemplate, isTemplate } from '../expression/template';
import type { ExpressionProblem, Scope } from '../expression/expression';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import { snippetOf } from './tree';
import type { Entry, ScalarTree, Tree } from './tree';

/** The tree with the values of the scope. What cannot be worked out is reported and marked as broken. */
export function substitute(tree: Tree, scope: Scope, complaints: Complaints): Tree {
  switch (tree.kind) {
    case 'scalar':
      return isTemplate(tree.text) ? fillScalar(tree, scope, complaints) : tree;
    case 'list': {
      const items = tree.items.map((item) => substitute(item, scope, complaints));
      return items.every((item, index) => item === tree.items[index]) ? tree : { ...tree, items };
    }
    case 'map': {
      const entries = tree.entries.map((entry) => fillEntry(entry, scope, complaints));
      return entries.every((entry, index) => entry === tree.entries[index]) ? tree : { ...tree, entries };
    }
  }
}

function fillEntry(entry: Entry, scope: Scope, complaints: Complaints): Entry {
  const value = substitute(entry.value, scope, complaints);
  if (!isTemplate(entry.key)) return value === entry.value ? entry : { ...entry, value };
  const filled = fillTemplate(entry.key, scope);
  if (filled.kind === 'filled') return { ...entry, key: filled.text, value };
  for (const { code, message, hint } of filled.problems) complaints.report(errorAt(entry.keySpan, code, message, hint));
  return { ...entry, value };
}

function fillScalar(scalar: ScalarTree, scope: Scope, complaints: Complaints): ScalarTree {
  const filled = fillTemplate(scalar.text, scope);
  if (filled.kind === 'problems') {
    reportProblems(scalar, filled.problems, complaints);
    return { ...scalar, broken: true };
  }
  const { span, isText } = scalar;
  const { text, whole } = filled;
  if (whole !== undefined) return { kind: 'scalar', span, value: whole, text, isText };
  return { kind: 'scalar', span, value: isText ? text : plainValue(text), text, isText };
}

function reportProblems(scalar: ScalarTree, problems: readonly ExpressionProblem[], complaints: Complaints): void {
  const snippet = snippetOf(scalar);
  for (const { start, end, code, message, hint } of problems) {
    complaints.report(errorAt(snippet.locate(start, end), code, message, hint));
  }
}

/** What YAML's core schema would make of a plain scalar with this text. */
function plainValue(text: string): string | number | boolean | null {
  if (/^[-+]?\d+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}
