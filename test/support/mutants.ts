/**
 * Mutants of a spec: its text with one expectation made wrong, and the line on which a check must fail for it.
 *
 * They are made from the text, so that a mutant goes the whole way from the file to the report. Whatever stands in an
 * expectation either gives a mutant or has a reason why it cannot; a key that is not known here is an error, so that
 * the language cannot grow past these tests.
 */
import { release } from 'node:os';
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { unmetBound } from '../../src/spec/kernel-bound';
import { DiagnosticList } from '../../src/spec/snippet';
import { readKernelBounds } from '../../src/spec/yaml/kernel-bounds';
import {
  type Change,
  changedCalls,
  changedSegments,
  doubled,
  otherValue,
  plus,
  type Unchangeable,
} from './mutant-text';

export interface Mutant {
  /** What was changed, for the test's message. */
  readonly what: string;
  readonly text: string;
  /** Where a check must fail, in the text of the mutant. */
  readonly line: number;
  /** The kind of the failed check: `segment`, `queue`, `silence`... */
  readonly kind: string;
  /** The field of the mismatch; `undefined` when nothing came, or something that should not have. */
  readonly field: string | undefined;
}

export interface MutantSet {
  /** The text as it is, with one value for each axis of the matrix: it must pass. */
  readonly control: string;
  /** Whether a real program listens, which costs the processor something. */
  readonly hasServerProcess: boolean;
  readonly mutants: readonly Mutant[];
  readonly unchangeable: readonly (Unchangeable & { readonly line: number })[];
}

/** Keys of a step that say where, when and to whom, and expect nothing by themselves. */
const SELECTORS = new Set(['connection', 'since', 'repeat', 'as', 'index', 'steps', 'when', 'malformed']);

/** Steps that act and expect nothing. */
const ACTIONS = new Set(['inject', 'mark', 'wait', 'sysctl', 'script']);

const SAMPLES = new Set(['queue', 'sockets', 'socket', 'counters', 'tcp_info', 'proc_net_tcp']);

/** Keys of samples that select what is looked at. */
const SAMPLE_SELECTORS = new Set(['port']);

/** A time in which no kernel answers. */
const TOO_SOON = '1us';

/** Something that makes the kernel speak: a segment to a port on which nobody listens. */
const INTRUDER = 'intruder';
const INTRUDER_DECLARATION = `connections: { ${INTRUDER}: { local_port: 9 } }\n`;

/** @param pinned the value of each axis of the matrix; the first one where none is given */
export function mutantsOf(text: string, pinned: Readonly<Record<string, number>> = {}): MutantSet {
  return new Mutator(pinMatrix(text, pinned)).run();
}

/** Each axis of the matrix gets one value, in place. */
function pinMatrix(text: string, pinned: Readonly<Record<string, number>>): string {
  const matrix = parseDocument(text).get('matrix');
  if (!isMap(matrix)) return text;
  const axes = matrix.items.map((pair) => ({ name: keyOf(pair), list: pair.value })).reverse();
  return axes.reduce((soFar, { name, list }) => {
    if (!isSeq(list)) throw new Error(`axis ${name} is no list`);
    const value = pinned[name] ?? scalarOf(list.items[0]).value;
    const [start, end] = rangeOf(list);
    return `${soFar.slice(0, start)}[${String(value)}]${soFar.slice(end)}`;
  }, text);
}

class Mutator {
  private readonly text: string;
  private readonly lines = new LineCounter();
  private readonly root: YAMLMap;
  private readonly hasServerProcess: boolean;
  private readonly mutants: Mutant[] = [];
  private readonly unchangeable: (Unchangeable & { line: number })[] = [];

  constructor(text: string) {
    this.text = text;
    const { contents } = parseDocument(text, { lineCounter: this.lines });
    if (!isMap(contents)) throw new Error('a spec is a mapping');
    this.root = contents;
    this.hasServerProcess = contents.hasIn(['server', 'command']);
  }

  run(): MutantSet {
    const steps = this.root.get('steps');
    if (!isSeq(steps)) throw new Error('a spec has steps');
    for (const step of steps.items) this.step(step);
    if (this.root.get('strays') === 'fail') this.stray();
    return {
      control: this.text,
      hasServerProcess: this.hasServerProcess,
      mutants: this.mutants,
      unchangeable: this.unchangeable,
    };
  }

  private step(step: unknown): void {
    if (!isMap(step)) throw new Error('a step is a mapping');
    if (!countsHere(step)) {
      const first = present(step.items[0]);
      this.cannot([{ what: keyOf(first), reason: 'another kernel' }], this.lineOf(first));
      return;
    }
    for (const pair of step.items) {
      const key = keyOf(pair);
      if (SELECTORS.has(key) || ACTIONS.has(key)) continue;
      if (key === 'script') requireCommandsOnly(pair);
      else if (SAMPLES.has(key)) this.sample(key, pair, step.has('within'));
      else if (key === 'states') this.states(pair);
      else if (key === 'drops') this.drops(pair);
      else if (key === 'reset') this.reset(pair);
      else if (key === 'expect') this.segments(pair.value, this.lineOf(pair), 'segment');
      else if (key === 'within') this.within(pair, step);
      else if (key === 'flood') this.flood(pair);
      else if (key === 'at') this.at(pair, step);
      else if (key === 'returns') this.replaceTime(pair, 'return', this.lineOf(present(step.items[0])));
      else if (key === 'call') this.call(pair, step);
      else if (key === 'silence') this.silence(step, pair);
      else if (key === 'rst') this.rst(pair);
      else if (key === 'only') this.only(step, pair);
      else if (key === 'retransmit') this.retransmit(pair);
      else if (key !== 'for') throw new Error(`line ${this.lineOf(pair)}: nothing is known about \`${key}\``);
    }
    const inner = step.get('steps');
    if (isSeq(inner)) for (const one of inner.items) this.step(one);
  }

  private sample(kind: string, pair: Pair, isAwaited: boolean): void {
    for (const field of mapOf(pair.value).items) {
      const name = keyOf(field);
      if (SAMPLE_SELECTORS.has(name)) continue;
      const value = scalarOf(field.value);
      const other = otherValue(String(value.value), isAwaited);
      if (other === undefined) throw new Error(`line ${this.lineOf(field)}: no other value for ${String(value.value)}`);
      this.replace(
        value,
        { what: `${name}: ${String(value.value)} -> ${other}`, text: other, field: name },
        this.lineOf(pair),
        kind,
      );
    }
  }

  /** One change less; of none, one that was not there. */
  private states(pair: Pair): void {
    const [start, end] = rangeOf(pair.value);
    const count = seqOf(pair.value).items.length;
    const text = count === 0 ? '[LISTEN -> CLOSE]' : '[]';
    const whole = this.text.slice(0, start) + text + this.text.slice(end);
    this.mutants.push({
      what: `states: ${text}`,
      text: whole,
      line: this.lineOf(pair),
      kind: 'states',
      field: 'states',
    });
  }

  private drops(pair: Pair): void {
    const line = this.lineOf(pair);
    const { items } = seqOf(pair.value);
    const [start, end] = rangeOf(pair.value);
    const list = items.length === 0 ? '[{ reason: NO_SUCH_REASON }]' : '[]';
    const whole = this.text.slice(0, start) + list + this.text.slice(end);
    this.mutants.push({ what: `drops: ${list}`, text: whole, line, kind: 'drops', field: 'drop' });
    for (const field of items.flatMap((item) => mapOf(item).items)) {
      const key = keyOf(field);
      const scalar = scalarOf(field.value);
      const other = { reason: 'NO_SUCH_REASON', function: 'nobody', connection: undefined, segment: 'R 7:7(0)' }[key];
      if (other === undefined) continue;
      this.replace(scalar, { what: `${key} -> ${other}`, text: other, field: key }, line, 'drops');
    }
  }

  private reset(pair: Pair): void {
    for (const field of mapOf(pair.value).items) {
      const key = keyOf(field);
      const scalar = scalarOf(field.value);
      const other = key === 'reason' ? 'NOT_SPECIFIED' : String(scalar.value) === 'peer' ? 'kernel' : 'peer';
      this.replace(scalar, { what: `${key} -> ${other}`, text: other, field: key }, this.lineOf(pair), 'reset');
    }
  }

  private segments(value: unknown, line: number, kind: string, isAgain = false): void {
    const scalar = scalarOf(value);
    const { changes, unchangeable } = changedSegments(String(scalar.value), isAgain);
    for (const change of changes) this.replace(scalar, change, line, kind);
    this.cannot(unchangeable, line);
  }

  private flood(pair: Pair): void {
    const answered = mapOf(pair.value).items.find((field) => keyOf(field) === 'answered');
    if (answered === undefined) return;
    const value = scalarOf(answered.value);
    const other = present(otherValue(String(value.value), false));
    const what = `answered: ${String(value.value)} -> ${other}`;
    this.replace(value, { what, text: other, field: 'answered' }, this.lineOf(pair), 'flood');
  }

  /** When a segment comes; when something is done is no expectation. */
  private at(pair: Pair, step: YAMLMap): void {
    const expected = step.items.find((one) => keyOf(one) === 'expect');
    if (expected !== undefined) this.replaceTime(pair, 'segment', this.lineOf(expected));
  }

  private replaceTime(pair: Pair, kind: string, line: number): void {
    const scalar = scalarOf(pair.value);
    const text = doubled(String(scalar.value));
    if (text === undefined) throw new Error(`line ${line}: cannot change ${keyOf(pair)}`);
    this.replace(
      scalar,
      { what: `${keyOf(pair)}: ${String(scalar.value)} -> ${text}`, text, field: 'time' },
      line,
      kind,
    );
  }

  /** A hard limit for a segment; for a sample it is how long to wait for it. */
  private within(pair: Pair, step: YAMLMap): void {
    const action = step.items.find((one) => keyOf(one) !== 'within' && !SELECTORS.has(keyOf(one)));
    if (action === undefined) throw new Error('a step without an action');
    const kind = keyOf(action);
    const line = this.lineOf(action);
    const what = `within: ${String(scalarOf(pair.value).value)}`;
    if (this.hasServerProcess) {
      this.cannot([{ what, reason: 'patience with a server' }], line);
      return;
    }
    const field = SAMPLES.has(kind) ? keyOf(present(mapOf(action.value).items[0])) : 'time';
    const change = { what: `${what} -> ${TOO_SOON}`, text: TOO_SOON, field };
    this.replace(scalarOf(pair.value), change, line, SAMPLES.has(kind) ? kind : 'segment');
  }

  /** Where the call gives a name to a descriptor, the steps that use it go. */
  private call(pair: Pair, step: YAMLMap): void {
    const scalar = scalarOf(pair.value);
    const { changes, unchangeable, givesName } = changedCalls(String(scalar.value));
    const line = this.lineOf(pair);
    for (const change of changes) {
      const text = this.withText(scalar, change.text);
      const end = rangeOf(step)[1] + text.length - this.text.length;
      const kind = step.has('returns') ? 'return' : 'call';
      this.mutants.push({ ...change, text: givesName ? text.slice(0, end) : text, line, kind });
    }
    this.cannot(unchangeable, line);
  }

  /** The kernel is made to speak just before. */
  private silence(step: YAMLMap, pair: Pair): void {
    const connection = step.get('connection');
    this.intrude(step, 'something speaks before the silence', this.lineOf(pair), 'silence', connection);
  }

  private rst(pair: Pair): void {
    for (const field of mapOf(pair.value).items) {
      const key = keyOf(field);
      const scalar = scalarOf(field.value);
      const old = String(scalar.value);
      const line = this.lineOf(pair);
      if (key === 'within') {
        this.replace(scalar, { what: `within: ${old} -> ${TOO_SOON}`, text: TOO_SOON, field: 'time' }, line, 'segment');
      } else if (key === 'flags') {
        const other = old.includes('.') ? old.replace('.', '') : `${old}.`;
        this.replace(scalar, { what: `flags: ${old} -> ${other}`, text: other, field: 'flags' }, line, 'segment');
      } else throw new Error(`line ${line}: nothing is known about \`rst: ${key}\``);
    }
  }

  private only(step: YAMLMap, pair: Pair): void {
    const line = this.lineOf(pair);
    const members = seqOf(pair.value);
    for (const member of members.items) this.segments(mapOf(member).get('expect', true), line, 'segment');
    this.intrude(step, 'something speaks before `only`', line, 'group');
    const last = present(members.items.at(-1));
    const [start, end] = rangeOf(last);
    if (members.items.length < 2 || members.flow === true) throw new Error(`line ${line}: no member can be left out`);
    // The whole entry: from the line's beginning, since its dash is not part of it.
    const from = this.text.lastIndexOf('\n', start);
    const text = this.text.slice(0, from) + this.text.slice(end);
    this.mutants.push({ what: 'one member less', text, line, kind: 'group', field: undefined });
  }

  private retransmit(pair: Pair): void {
    const line = this.lineOf(pair);
    const map = mapOf(pair.value);
    for (const field of map.items) {
      const key = keyOf(field);
      if (key === 'segment') this.segments(field.value, line, 'segment', true);
      else if (key === 'times') this.times(scalarOf(field.value), map, line);
      else if (key === 'first') this.replaceWith(field, doubled, 'time', line);
      else if (key === 'backoff') this.replaceWith(field, otherBackoff, 'time', line);
      else if (key === 'then') this.then(mapOf(field.value));
      else throw new Error(`line ${line}: nothing is known about \`retransmit: ${key}\``);
    }
  }

  private then(then: YAMLMap): void {
    for (const pair of then.items) {
      const key = keyOf(pair);
      if (key === 'expect') this.segments(pair.value, this.lineOf(pair), 'segment');
      else if (key === 'at') this.at(pair, then);
      else if (key !== 'silence') throw new Error(`line ${this.lineOf(pair)}: nothing is known about \`then: ${key}\``);
    }
  }

  /** Once more than the kernel does it: nothing comes. Once less: the silence behind it is broken. */
  private times(value: Scalar, retransmit: YAMLMap, line: number): void {
    const then = retransmit.get('then');
    const what = `times: ${String(value.value)}`;
    if (!isMap(then)) {
      this.cannot([{ what, reason: 'no end of the repetitions' }], line);
      return;
    }
    const next = present(then.items[0]);
    const isSilence = keyOf(next) === 'silence';
    // What follows comes in place of one more repetition, or a repetition in place of it.
    const field = isSilence ? undefined : 'flags';
    const [more, less] = [1, -1].map((difference) => present(plus(String(value.value), difference)));
    this.replace(value, { what: `${what} + 1`, text: present(more), field }, line, 'segment');
    // No repetition at all is nothing that a spec can ask for.
    if (less === '0') return;
    this.replace(
      value,
      { what: `${what} - 1`, text: present(less), field },
      this.lineOf(next),
      isSilence ? 'silence' : 'segment',
    );
  }

  private replaceWith(pair: Pair, change: (text: string) => string | undefined, field: string, line: number): void {
    const scalar = scalarOf(pair.value);
    const text = change(String(scalar.value));
    if (text === undefined) throw new Error(`line ${line}: cannot change ${keyOf(pair)}`);
    this.replace(scalar, { what: `${keyOf(pair)}: ${String(scalar.value)} -> ${text}`, text, field }, line, 'segment');
  }

  /** A segment is injected before the step that makes the kernel answer: on the step's own connection, if it has one. */
  private intrude(step: YAMLMap, what: string, line: number, kind: string, connection: unknown = INTRUDER): void {
    const start = this.text.lastIndexOf('\n', rangeOf(step)[0]) + 1;
    const indent = ' '.repeat(rangeOf(step)[0] - start - '- '.length);
    // An ACK that belongs to nothing is answered with RST, on a listener as on a closed port.
    const inserted = `${indent}- { inject: ". 1:1(0) ack 1 win 0", connection: ${String(connection)} }\n`;
    const text = `${this.text.slice(0, start)}${inserted}${this.text.slice(start)}${connection === INTRUDER ? INTRUDER_DECLARATION : ''}`;
    this.mutants.push({ what, text, line: line + 1, kind, field: kind === 'silence' ? 'silence' : undefined });
  }

  /** Something that no step expects, at the very end. */
  private stray(): void {
    const end = `  - { inject: ". 1:1(0) ack 1 win 0", connection: ${INTRUDER} }\n  - wait: 50ms\n`;
    const text = this.text + end + INTRUDER_DECLARATION;
    const line = this.text.split('\n').length + 1;
    this.mutants.push({ what: 'something speaks at the end', text, line, kind: 'strays', field: 'stray' });
  }

  private replace(
    scalar: Scalar,
    change: Omit<Change, 'field'> & { field: string | undefined },
    line: number,
    kind: string,
  ): void {
    this.mutants.push({ ...change, text: this.withText(scalar, change.text), line, kind });
  }

  private withText(scalar: Scalar, text: string): string {
    const [start, end] = rangeOf(scalar);
    const written = /^[\d.]+$/.test(text) ? text : JSON.stringify(text);
    return this.text.slice(0, start) + written + this.text.slice(end);
  }

  private cannot(list: readonly Unchangeable[], line: number): void {
    this.unchangeable.push(...list.map((one) => ({ ...one, line })));
  }

  private lineOf(pair: Pair): number {
    return this.lines.linePos(rangeOf(pair.key)[0]).line;
  }
}

/** Whether the kernel that the mutants run on has the step. */
function countsHere(step: YAMLMap): boolean {
  if (!step.has('when')) return true;
  const text = String(scalarOf(step.get('when', true)).value).replaceAll('kernel', '');
  const bounds = readKernelBounds({ text, locate: () => ({ start: 0, end: 0 }) }, new DiagnosticList());
  return unmetBound(present(bounds), release()) === undefined;
}

/** The commands of a script act; what else it may say would be an expectation that nothing here changes. */
function requireCommandsOnly(pair: Pair): void {
  const text = String(scalarOf(pair.value).value);
  if (!/^(?:\+0 `[^`]*`\s*)+$/.test(text)) throw new Error(`a script with more than commands: ${text}`);
}

/** Another factor from one interval to the next. */
function otherBackoff(text: string): string {
  return text === '1' ? '2' : String(Number(text) / 2 + 0.5);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('something is missing from a spec');
  return value;
}

function keyOf({ key }: Pair): string {
  return String(scalarOf(key).value);
}

function scalarOf(node: unknown): Scalar {
  if (!isScalar(node)) throw new Error(`not a scalar: ${String(node)}`);
  return node;
}

function mapOf(node: unknown): YAMLMap {
  if (!isMap(node)) throw new Error(`not a mapping: ${String(node)}`);
  return node;
}

function seqOf(node: unknown): YAMLSeq {
  if (!isSeq(node)) throw new Error(`not a list: ${String(node)}`);
  return node;
}

/** From the first character to behind the last of the value itself. */
function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as { range?: readonly [number, number, number] | null } | undefined)?.range;
  if (range === undefined || range === null) throw new Error('a node without a place');
  return [range[0], range[1]];
}
