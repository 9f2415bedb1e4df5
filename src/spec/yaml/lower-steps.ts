/**
 * Steps: from trees to the model, with `repeat` unrolled and every name looked up.
 */
import type { Scope } from '../expression/expression';
import type { Step } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import { LineIndex, type Span } from '../source';
import { listNames, nearestName } from '../suggest';
import { nameAt } from './access';
import { checkShape } from './check';
import { kernelCondition } from './kernel-condition';
import { lowerAction } from './lower-action';
import type { NameBook } from './name-book';
import { ACTION_KEYS, STEP_SCHEMAS } from './schema';
import type { ActionKey } from './schema';
import { substitute } from './substitute';
import { Timekeeper } from './timekeeper';
import { actionSpan } from './step-parts';
import type { Surroundings } from './step-parts';
import { child, entryOf, withoutInside } from './tree';
import type { MapTree, Tree } from './tree';

const MOST_STEPS = 100_000;
const MOST_ROUNDS = 200_000;
const MOST_NESTED = 16;

/** @param text that of the file */
export function lowerSteps(
  tree: Tree | undefined,
  text: string,
  scope: Scope,
  names: NameBook,
  complaints: Complaints,
): readonly Step[] {
  const lowering = new StepLowering(text, names, complaints);
  if (tree?.kind === 'list') lowering.list(tree.items, { scope, kernel: [], depth: 0 });
  return lowering.steps;
}

class StepLowering {
  readonly steps: Step[] = [];
  readonly #names: NameBook;
  readonly #complaints: Complaints;
  readonly #timekeeper: Timekeeper;
  readonly #lineOf: (offset: number) => number;
  /** Shapes that were held against their schema before, in an earlier round of a `repeat`. */
  readonly #checked = new WeakSet<Tree>();
  #full = false;
  #rounds = 0;
  #reports = 0;

  constructor(text: string, names: NameBook, complaints: Complaints) {
    const lines = new LineIndex(text);
    this.#lineOf = (offset) => lines.placeOf(offset).line;
    this.#names = names;
    this.#complaints = {
      report: (diagnostic) => {
        this.#reports++;
        complaints.report(diagnostic);
      },
    };
    this.#timekeeper = new Timekeeper(complaints);
  }

  list(items: readonly Tree[], surroundings: Surroundings): void {
    for (const item of items) {
      if (this.#full) return;
      this.#step(item, surroundings);
    }
  }

  #step(item: Tree, surroundings: Surroundings): void {
    if (item.kind !== 'map') {
      const hint = `a step is a mapping with one of ${listNames(ACTION_KEYS)}`;
      this.#complaints.report(errorAt(item.span, 'wrong-type', 'this is not a step', hint));
      return;
    }
    const action = this.#actionOf(item);
    if (action === undefined) return;
    if (action === 'repeat') return this.#repeat(item, surroundings);
    const step = substitute(item, surroundings.scope, this.#complaints);
    this.#check(step, action);
    const span = actionSpan(step, action);
    const [names, complaints, lineOf] = [this.#names, this.#complaints, this.#lineOf];
    const own = { ...surroundings, kernel: kernelCondition(step, surroundings.kernel, complaints) };
    names.isConditional = own.kernel.length > 0;
    const source = { tree: step, action, span, surroundings: own, names, complaints, lineOf };
    for (const lowered of lowerAction(action, source))
      this.#add(lowered, entryOf(step, 'at')?.value.span ?? lowered.span);
  }

  #add(step: Step, timeSpan: Span): void {
    if (this.steps.length >= MOST_STEPS) {
      if (!this.#full)
        this.#complaints.report(
          errorAt(step.span, 'too-many-steps', `this spec has more than ${MOST_STEPS} steps, repetitions counted`),
        );
      this.#full = true;
      return;
    }
    this.#timekeeper.note(step, timeSpan);
    this.steps.push(step);
  }

  /** The one action key. `socket` beside `tcp_info` says of which socket. */
  #actionOf(item: MapTree): ActionKey | undefined {
    const keys = item.entries.map(({ key }) => key);
    const actions = keys.filter(isAction).filter((key) => key !== 'socket' || !keys.includes('tcp_info'));
    const [action, second] = actions;
    const owner = item.entries[0]?.keySpan ?? item.span;
    if (action === undefined) {
      const slip = keys.map((key) => nearestName(key, ACTION_KEYS)).find((name) => name !== undefined);
      const hint = slip === undefined ? `one of ${listNames(ACTION_KEYS)}` : `did you mean \`${slip}\`?`;
      this.#complaints.report(errorAt(owner, 'missing-key', 'this step does nothing that packetspec knows', hint));
      return undefined;
    }
    if (second === undefined) return action;
    const span = entryOf(item, second)?.keySpan ?? owner;
    this.#complaints.report(
      errorAt(
        span,
        'unknown-key',
        `a step does one thing: this one has \`${action}\` and \`${second}\``,
        'write two steps',
      ),
    );
    return undefined;
  }

  #check(step: Tree, action: ActionKey): void {
    if (this.#checked.has(step)) return;
    this.#checked.add(step);
    const owner = entryOf(step, action)?.keySpan ?? step.span;
    checkShape(step, STEP_SCHEMAS[action], owner, this.#complaints);
  }

  #repeat(item: MapTree, surroundings: Surroundings): void {
    // What is repeated is filled in round by round.
    const head = substitute(
      { ...item, entries: item.entries.filter(({ key }) => key !== 'steps') },
      surroundings.scope,
      this.#complaints,
    );
    const body = child(item, 'steps');
    const headEntries = head.kind === 'map' ? head.entries : [];
    const bodyEntries = item.entries.filter(({ key }) => key === 'steps').map(withoutInside);
    this.#check({ ...item, entries: [...headEntries, ...bodyEntries] }, 'repeat');
    const prefix = nameAt(head, 'as', 'connection', this.#complaints)?.name;
    const index = nameAt(head, 'index', 'variable', this.#complaints)?.name ?? 'i';
    const kernel = kernelCondition(head, surroundings.kernel, this.#complaints);
    if (body?.kind !== 'list') return;
    if (surroundings.depth >= MOST_NESTED) {
      const message = `\`repeat\` is nested more than ${MOST_NESTED} deep`;
      this.#complaints.report(errorAt(item.span, 'too-many-steps', message));
      return;
    }
    const rounds = roundsOf(head);
    for (let round = 1; round <= rounds && !this.#full; round++) {
      const { length } = this.steps;
      const reports = this.#reports;
      this.#countRound(item);
      this.list(body.items, roundOf({ ...surroundings, kernel }, { round, rounds, index, prefix }));
      // A round that brings nothing but mistakes is wrong in every other round too.
      if (this.steps.length === length && this.#reports > reports) return;
    }
  }

  /** Rounds without a step cost time too. */
  #countRound(item: MapTree): void {
    this.#rounds++;
    if (this.#rounds <= MOST_ROUNDS || this.#full) return;
    this.#full = true;
    this.#complaints.report(
      errorAt(item.span, 'too-many-steps', `this spec has more than ${MOST_ROUNDS} rounds of \`repeat\``),
    );
  }
}

/** How many rounds; one for a count that is none, so that what is repeated is looked at all the same. */
function roundsOf(head: Tree): number {
  const count = child(head, 'repeat');
  const rounds = count?.kind === 'scalar' ? count.value : undefined;
  return typeof rounds === 'number' && Number.isSafeInteger(rounds) && rounds >= 0 && rounds <= MOST_STEPS ? rounds : 1;
}

interface Round {
  readonly round: number;
  readonly rounds: number;
  readonly index: string;
  readonly prefix: string | undefined;
}

function roundOf(outer: Surroundings, { round, rounds, index, prefix }: Round): Surroundings {
  const own = `${prefix ?? 'round'} ${round} of ${rounds}`;
  const connection = prefix === undefined ? outer.connection : `${prefix}${round}`;
  return {
    scope: new Map([...outer.scope, [index, round]]),
    ...(connection === undefined ? {} : { connection }),
    repetition: outer.repetition === undefined ? own : `${outer.repetition}, ${own}`,
    kernel: outer.kernel,
    depth: outer.depth + 1,
  };
}

function isAction(key: string): key is ActionKey {
  return Object.hasOwn(STEP_SCHEMAS, key);
}
