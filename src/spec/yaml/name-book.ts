/**
 * What has a name in a spec, in the order of its steps: connections, sockets, marks. Whoever is named before anything
 * gave the name is a slip of the pen.
 */
import { namesGivenBy, namesUsedBy } from '../arguments';
import type { Call, Server } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { nearestName } from '../suggest';

interface Named {
  readonly name: string;
  readonly span: Span;
}

/** Other calls give descriptors that have no TCP_INFO. */
const MAKES_SOCKETS: ReadonlySet<string> = new Set(['socket', 'accept']);

/** Whoever has so many names wrong is not helped by guesses, and each looks at all names. */
const MOST_HINTS = 100;

export class NameBook {
  readonly #complaints: Complaints;
  #hints = 0;
  readonly #connections = new Set<string>();
  /** Open, or closed: then the name is free again, and may still be used to show what a closed socket does. */
  readonly #sockets = new Map<string, 'open' | 'closed'>();
  readonly #marks = new Set<string>();
  /** Names that came from steps which count on some kernels alone: another step may give them on others. */
  readonly #conditional = new Set<string>();
  /** Whether the present step counts on some kernels alone. */
  isConditional = false;
  #newestSocket: string | undefined;

  constructor(complaints: Complaints) {
    this.#complaints = complaints;
  }

  declareConnection({ name, span }: Named): void {
    if (this.#connections.has(name)) this.#fail(span, 'duplicate-name', `the connection \`${name}\` is declared twice`);
    this.#connections.add(name);
  }

  /** A listener of the harness is the socket `server`. */
  declareServer(server: Server | undefined): void {
    if (server?.kind === 'listener') this.#sockets.set('server', 'open');
  }

  /** Of sockets, also of closed ones. */
  get socketNames(): Iterable<string> {
    return this.#sockets.keys();
  }

  /** The socket that a call has made last. */
  get newestSocket(): string | undefined {
    return this.#newestSocket;
  }

  /** Something begins on this connection. */
  openConnection(name: string): void {
    this.#connections.add(name);
  }

  /** Something is looked for on this connection: it must have begun. */
  useConnection({ name, span }: Named): void {
    if (this.#connections.has(name)) return;
    const hint =
      this.#hint(name, this.#connections) ??
      'nothing was sent on it before, and it is not declared under `connections`';
    this.#fail(span, 'unknown-connection', `unknown connection \`${name}\``, hint);
    // Once is enough.
    this.#connections.add(name);
  }

  mark({ name, span }: Named): void {
    const isAlternative = this.#isAlternative(name);
    if (this.#marks.has(name) && !isAlternative)
      this.#fail(span, 'duplicate-name', `the mark \`${name}\` is set twice`);
    this.#marks.add(name);
  }

  useMark({ name, span }: Named): void {
    if (this.#marks.has(name)) return;
    this.#fail(
      span,
      'unknown-mark',
      `unknown mark \`${name}\``,
      this.#hint(name, this.#marks) ?? `set it before with \`- mark: ${name}\``,
    );
  }

  useSocket({ name, span }: Named): void {
    if (this.#sockets.has(name)) return;
    const hint =
      this.#hint(name, this.#sockets.keys()) ??
      'an earlier call must give this name: `accept(server, ..., ...) = NAME`';
    this.#fail(span, 'unknown-socket', `unknown socket \`${name}\``, hint);
    this.#sockets.set(name, 'open');
  }

  /** The call that gives this name is faulty in another way, which was reported. */
  assumeSocket(name: string): void {
    this.#sockets.set(name, 'open');
  }

  /** A call uses the sockets among its arguments, and may give or close some. */
  noteCall(call: Call): void {
    for (const name of namesUsedBy(call)) this.useSocket(name);
    const [first] = call.args;
    const succeeds = call.result.kind === 'socket' || call.result.value >= 0;
    if (call.name === 'close' && first?.kind === 'socket' && succeeds) this.#sockets.set(first.name, 'closed');
    for (const name of namesGivenBy(call)) this.#giveName(name);
    if (call.result.kind === 'socket' && MAKES_SOCKETS.has(call.name)) this.#newestSocket = call.result.name;
  }

  #giveName({ name, span }: Named): void {
    const isAlternative = this.#isAlternative(name);
    if (this.#sockets.get(name) === 'open' && !isAlternative) {
      this.#fail(
        span,
        'duplicate-name',
        `a socket is called \`${name}\` already`,
        'close it first, or choose another name; in a `repeat`, `app${i}` is another one each time',
      );
    }
    this.#sockets.set(name, 'open');
  }

  /** Whether this step and the one that gave the name before are for different kernels, as far as that can be told. */
  #isAlternative(name: string): boolean {
    if (!this.isConditional) return false;
    const isAlternative = this.#conditional.has(name);
    this.#conditional.add(name);
    return isAlternative;
  }

  #hint(name: string, known: Iterable<string>): string | undefined {
    if (++this.#hints > MOST_HINTS) return undefined;
    const nearest = nearestName(name, known);
    return nearest === undefined ? undefined : `did you mean \`${nearest}\`?`;
  }

  #fail(
    span: Span,
    code: 'duplicate-name' | 'unknown-connection' | 'unknown-mark' | 'unknown-socket',
    message: string,
    hint?: string,
  ): void {
    this.#complaints.report(errorAt(span, code, message, hint));
  }
}
