/**
 * `script`: events of a packetdrill script in the midst of a spec. Their packets are those of one connection; their
 * calls know the sockets of the spec by name, and those that they open themselves by number.
 */
import type { Call, CallArgument, ConnectionReference, PacketNotation, Step } from '../model';
import { lex } from '../pkt/lex';
import { type EventBook, lowerEvents } from '../pkt/lower-events';
import { Macros } from '../pkt/macros';
import { readEvents } from '../pkt/parse-tree';
import { errorAt } from '../snippet';
import { scalarAt } from './access';
import { connectionOf, noteExpected, type StepSource } from './step-parts';
import { snippetOf } from './tree';

/** Numbers that stand for names while a call is read: above all that anybody writes. */
const FIRST_STAND_IN = 1_000_000_000;

export function lowerScript(step: StepSource): readonly Step[] {
  const scalar = scalarAt(step.tree, 'script');
  if (scalar === undefined) return [];
  const { complaints, lineOf } = step;
  const source = snippetOf(scalar);
  const macros = new Macros();
  const head = { options: [], next: 0 };
  const tree = readEvents(source, lex(source, complaints), { head, macros, complaints, bare: true });
  const book = new ScriptBook(step);
  const { steps, foreign } = lowerEvents(tree, { source, lineOf, macros, joined: true, book, complaints });
  for (const { span, reason } of foreign)
    complaints.report(
      errorAt(span, 'bad-code', `packetspec cannot run this code: ${reason}`, 'in a .pkt file, Python itself runs it'),
    );
  const { repetition, kernel } = step.surroundings;
  const shared = {
    ...(repetition === undefined ? {} : { repetition }),
    ...(kernel.length === 0 ? {} : { kernel }),
  };
  return steps.map((one) => ({ ...one, ...shared }));
}

class ScriptBook implements EventBook {
  readonly #step: StepSource;
  readonly #connection: ConnectionReference;
  /** Numbers by the names for which they stand. */
  readonly #standIns = new Map<string, string>();
  readonly #names = new Map<string, string>();

  constructor(step: StepSource) {
    this.#step = step;
    this.#connection = connectionOf(step.tree, step);
    for (const name of step.names.socketNames) {
      const number = String(FIRST_STAND_IN + this.#names.size);
      this.#standIns.set(name, number);
      this.#names.set(number, name);
    }
  }

  packet(packet: PacketNotation, direction: 'inject' | 'expect'): string {
    const { tree, names } = this.#step;
    if (direction === 'inject') names.openConnection(this.#connection.name);
    else noteExpected(tree, this.#connection, packet, this.#step);
    return this.#connection.name;
  }

  call(written: Call): { readonly call: Call; readonly connection: string } {
    const call = { ...written, args: written.args.map((argument) => this.#named(argument)) };
    const { names } = this.#step;
    names.noteCall(call);
    names.openConnection(this.#connection.name);
    return { call, connection: this.#connection.name };
  }

  codeSocket(): string | undefined {
    return this.#step.names.newestSocket;
  }

  /** Every name is looked up by itself: there is nothing to be in doubt about. */
  doubt(): void {}

  wordInCall(word: string): string | undefined {
    return this.#standIns.get(word);
  }

  #named(argument: CallArgument): CallArgument {
    switch (argument.kind) {
      case 'socket':
        return { ...argument, name: this.#names.get(argument.name) ?? argument.name };
      case 'list':
        return { ...argument, items: argument.items.map((item) => this.#named(item)) };
      case 'struct':
        return {
          ...argument,
          fields: argument.fields.map(({ name, value }) => ({ name, value: this.#named(value) })),
        };
      case 'ellipsis':
      case 'integer':
      case 'symbols':
      case 'string':
      case 'null':
        return argument;
    }
  }
}
