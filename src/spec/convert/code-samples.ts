/**
 * Code blocks that say nothing but what values of TCP_INFO must be, as `tcp_info` says it: `assert tcpi_unacked == 0`.
 */
import { TCP_INFO_FIELDS } from '../../wire/tcp-info';
import { CONGESTION_STATES } from '../fields';
import type { PythonExpression, PythonProgram } from '../python/python';
import { normaliseState, stateNumber } from '../states';

/** A field of TCP_INFO with what it must be, in the notation of values. */
export interface FieldText {
  readonly name: string;
  readonly value: string;
}

/** Bounds, both inclusive. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

interface Condition {
  readonly name: string;
  readonly bounds: Bounds;
  /** As the script names the number: `TCP_ESTABLISHED`. */
  readonly word?: string;
}

/**
 * The comparisons of a block, in order; each list is one sample, in which a field stands once. `undefined` when there is
 * anything else in the block: then it stays code.
 */
export function samplesOf(program: PythonProgram): readonly (readonly FieldText[])[] | undefined {
  const samples: Condition[][] = [[]];
  for (const statement of program.statements) {
    if (statement.kind === 'pass') continue;
    const conditions = statement.kind === 'assert' ? conditionsOf(statement.test) : undefined;
    if (conditions === undefined) return undefined;
    for (const condition of conditions) {
      const sample = samples.at(-1) ?? [];
      const index = sample.findIndex(({ name }) => name === condition.name);
      const both = index === -1 ? condition : joined(sample[index], condition);
      if (both === undefined) samples.push([condition]);
      else sample.splice(index === -1 ? sample.length : index, 1, both);
    }
  }
  const written = samples.filter((sample) => sample.length > 0);
  if (written.length === 0) return undefined;
  return written.map((sample) => sample.map((condition) => ({ name: condition.name, value: valueText(condition) })));
}

/** Two conditions of a field as one; `undefined` when both can never hold, which is for the run to show. */
function joined(left: Condition | undefined, right: Condition): Condition | undefined {
  const min = Math.max(left?.bounds.min ?? Number.NEGATIVE_INFINITY, right.bounds.min ?? Number.NEGATIVE_INFINITY);
  const max = Math.min(left?.bounds.max ?? Number.POSITIVE_INFINITY, right.bounds.max ?? Number.POSITIVE_INFINITY);
  if (min > max) return undefined;
  const bounds = { ...(Number.isFinite(min) ? { min } : {}), ...(Number.isFinite(max) ? { max } : {}) };
  return { name: right.name, bounds };
}

function conditionsOf(test: PythonExpression): readonly Condition[] | undefined {
  if (test.kind === 'and') {
    const [left, right] = [conditionsOf(test.left), conditionsOf(test.right)];
    return left === undefined || right === undefined ? undefined : [...left, ...right];
  }
  if (test.kind !== 'compare') return undefined;
  const conditions: Condition[] = [];
  let left = test.first;
  for (const { operator, right } of test.rest) {
    const condition = comparison(left, operator, right);
    if (condition === undefined) return undefined;
    conditions.push(condition);
    left = right;
  }
  return conditions;
}

const MIRRORED: Readonly<Record<string, string>> = { '==': '==', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function comparison(left: PythonExpression, operator: string, right: PythonExpression): Condition | undefined {
  const field = fieldName(left);
  if (field !== undefined) return compareWith(field, operator, right);
  const [other, mirrored] = [fieldName(right), MIRRORED[operator]];
  return other === undefined || mirrored === undefined ? undefined : compareWith(other, mirrored, left);
}

function fieldName(expression: PythonExpression): string | undefined {
  return expression.kind === 'name' && TCP_INFO_FIELDS.includes(expression.name) ? expression.name : undefined;
}

function compareWith(name: string, operator: string, constant: PythonExpression): Condition | undefined {
  const value = constantOf(constant);
  if (value === undefined) return undefined;
  switch (operator) {
    case '==': {
      const isWord = constant.kind === 'name' && (name === 'tcpi_state' || name === 'tcpi_ca_state');
      return { name, bounds: { min: value, max: value }, ...(isWord ? { word: constant.name } : {}) };
    }
    case '>=':
      return { name, bounds: { min: value } };
    case '>':
      return { name, bounds: { min: value + 1 } };
    case '<=':
      return { name, bounds: { max: value } };
    case '<':
      return { name, bounds: { max: value - 1 } };
    default:
      return undefined;
  }
}

/** A whole number that a double holds, or the name of a state. */
function constantOf(expression: PythonExpression): number | undefined {
  if (expression.kind === 'integer') {
    const value = Number(expression.digits);
    return Number.isSafeInteger(value) ? value : undefined;
  }
  if (expression.kind !== 'name') return undefined;
  const congestion = CONGESTION_STATES.findIndex((state) => expression.name === `TCP_CA_${state}`);
  if (congestion !== -1) return congestion;
  const state = expression.name.startsWith('TCP_') ? normaliseState(expression.name) : undefined;
  return state !== undefined && expression.name === `TCP_${state}` ? stateNumber(state) : undefined;
}

function valueText({ bounds: { min, max }, word }: Condition): string {
  if (word !== undefined) return word.replace(/^TCP_(?:CA_)?/, '');
  if (min === max) return String(min);
  return `${min ?? ''}..${max ?? ''}`;
}
