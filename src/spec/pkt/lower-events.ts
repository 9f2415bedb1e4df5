/**
 * Events -> steps: times become windows, bodies what the notation's parsers make of them.
 *
 * Deliberately absent: whose packet it is. That is asked of an `EventBook`.
 */
import { NS_PER_US } from '../../base/nanoseconds';
import type { Ns } from '../../base/nanoseconds';
import { labelOf } from '../label';
import type { Call, PacketNotation, Step, StepAction, When } from '../model';
import { parseCall } from '../notation/call';
import { parsePacket } from '../notation/segment';
import { ANY_LIMIT_NS } from '../notation/time';
import { parsePython } from '../python/parse';
import { errorAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';
import type { Span } from '../source';
import { resolveIcmp } from '../../wire/icmp-names';
import type { IpVersion } from '../../wire/wire';
import { bodyText } from './body-text';
import type { Macros } from './macros';
import type { TokenTable } from './tokens';
import type { EventNode, PktTree, TimeNode } from './tree';

/** Knows which connection and socket an event is about. It is asked in the order of the events. */
export interface EventBook {
  /** The connection of a packet; `undefined` when it can have none, which is reported. */
  packet(packet: PacketNotation, direction: 'inject' | 'expect', span: Span): string | undefined;
  /** The call as it is to be made, and the connection that it is about, if any. */
  call(call: Call, blocks: boolean): { readonly call: Call; readonly connection?: string };
  /** The socket that a code block asks. */
  codeSocket(): string | undefined;
  /** An event could not be read, which was reported. */
  doubt(): void;
  /** What a word in a call stands for, beside what is defined. */
  wordInCall(word: string): string | undefined;
}

export interface LoweringContext {
  /** The whole script. */
  readonly source: Snippet;
  /** The line of an offset into the file, from 1. */
  lineOf(offset: number): number;
  readonly macros: Macros;
  /** Segments that follow each other are taken together. */
  readonly joined: boolean;
  readonly book: EventBook;
  readonly complaints: Complaints;
  /** When it is known: names of ICMP that only the other version has are reported. */
  readonly version?: IpVersion;
}

export interface LoweredEvents {
  readonly steps: readonly Step[];
  /** Code blocks that only the interpreter can run, with the reason. */
  readonly foreign: readonly { readonly span: Span; readonly reason: string }[];
  /** What the events need and packetspec does not have. */
  readonly unsupported: readonly string[];
}

/** One step for each event that can be read. */
export function lowerEvents(tree: PktTree, context: LoweringContext): LoweredEvents {
  return new EventLowering(tree, context).run();
}

const PSP = 'PSP';

class EventLowering {
  readonly #tree: PktTree;
  readonly #context: LoweringContext;
  readonly #steps: Step[] = [];
  readonly #foreign: { span: Span; reason: string }[] = [];
  readonly #unsupported = new Set<string>();

  constructor(tree: PktTree, context: LoweringContext) {
    this.#tree = tree;
    this.#context = context;
  }

  run(): LoweredEvents {
    for (const event of this.#tree.events) this.#event(event);
    return { steps: this.#steps, foreign: this.#foreign, unsupported: [...this.#unsupported] };
  }

  #event(event: EventNode): void {
    const { firstToken, endToken, kind } = event.body;
    const { tokens } = this.#tree;
    const span = this.#context.source.locate(tokens.start(firstToken), tokens.end(endToken - 1));
    switch (kind) {
      case 'inject':
      case 'expect':
        return this.#packet(event, kind, span);
      case 'call':
        return this.#call(event, span);
      case 'command': {
        const text = this.#meaning(firstToken).slice(1, -1);
        return this.#add(event, span, labelOf('command', text), { kind: 'command', command: { text, span } });
      }
      case 'code':
        return this.#code(event, span);
    }
  }

  #packet(event: EventNode, direction: 'inject' | 'expect', span: Span): void {
    const { book, complaints, joined } = this.#context;
    const snippet = this.#body(event, 1);
    const packet = parsePacket(snippet, direction, complaints, 'packetdrill');
    if (packet === undefined || !this.#hasIcmpNames(packet, span)) return book.doubt();
    if (packet.encapsulation?.some((header) => header.kind === 'psp') === true) this.#unsupported.add(PSP);
    const connection = book.packet(packet, direction, span);
    const action: StepAction =
      direction === 'inject' ? { kind: 'inject', packet } : { kind: 'expect', packet, optional: false, joined };
    this.#add(event, span, labelOf(direction, snippet.text), action, connection);
  }

  #hasIcmpNames(packet: PacketNotation, span: Span): boolean {
    const { version, complaints } = this.#context;
    if (packet.kind !== 'icmp' || version === undefined) return true;
    const resolved = resolveIcmp(version, packet.type, packet.code);
    if (!('error' in resolved)) return true;
    const hint = `known over IPv${version}: ${resolved.candidates.join(', ')}`;
    complaints.report(errorAt(span, 'bad-segment', resolved.error, hint));
    return false;
  }

  #call(event: EventNode, span: Span): void {
    const { book, complaints } = this.#context;
    const snippet = this.#body(event, 0);
    const written = parseCall(snippet, complaints, 'packetdrill');
    if (written === undefined) return book.doubt();
    if (written.name.startsWith('psp_')) this.#unsupported.add(PSP);
    const returns = returnOf(event.time);
    const { call, connection } = book.call(written, returns !== undefined);
    const label = labelOf(this.#body(event, 0, false).text);
    const action: StepAction = { kind: 'call', call, ...(returns === undefined ? {} : { returns }) };
    this.#add(event, span, label, action, connection);
  }

  #code(event: EventNode, span: Span): void {
    const { book, source, lineOf } = this.#context;
    const { tokens } = this.#tree;
    const { firstToken } = event.body;
    const text = tokens.textOf(firstToken).slice(2, -2);
    const start = tokens.start(firstToken) + 2;
    const firstLine = lineOf(source.locate(start, start).start);
    const socket = book.codeSocket();
    const parsed = parsePython(text);
    if ('foreign' in parsed) this.#foreign.push({ span, reason: parsed.foreign });
    const program = 'program' in parsed ? { program: parsed.program } : {};
    const code = { text, firstLine, ...(socket === undefined ? {} : { socket }), ...program };
    this.#add(event, span, labelOf('code', text), { kind: 'code', code });
  }

  #add(event: EventNode, span: Span, label: string, action: StepAction, connection?: string): void {
    const own = connection === undefined ? {} : { connection: { name: connection, span } };
    this.#steps.push({ span, label, ...own, when: whenOf(event.time), action });
  }

  /** @param skipped so many tokens at its beginning are left out */
  #body(event: EventNode, skipped: number, withBook = true): Snippet {
    const { source, book } = this.#context;
    const { tokens } = this.#tree;
    const first = event.body.firstToken + skipped;
    const end = event.body.endToken;
    if (first >= end) {
      const behind = tokens.end(end - 1);
      return { text: '', locate: () => source.locate(behind, behind) };
    }
    const isCall = event.body.kind === 'call' && withBook;
    return bodyText(source, tokens, { first, end }, (token) => {
      if (tokens.kind(token) !== 'word') return undefined;
      const word = tokens.textOf(token);
      const meaning = this.#context.macros.of(word)?.text;
      return meaning ?? (isCall && isValue(tokens, token) ? book.wordInCall(word) : undefined);
    });
  }

  /** The text of a token, or what is defined for it. */
  #meaning(token: number): string {
    const text = this.#tree.tokens.textOf(token);
    return this.#tree.tokens.kind(token) === 'word' ? (this.#context.macros.of(text)?.text ?? text) : text;
  }
}

/** Neither the name of a function nor of a field. */
function isValue(tokens: TokenTable, token: number): boolean {
  return !tokens.isMark(token + 1, '(') && !tokens.isMark(token + 1, '=');
}

function whenOf(time: TimeNode): When {
  if (time.kind === 'any') return { kind: 'any', limitNs: ANY_LIMIT_NS };
  const anchor = time.kind === 'absolute' ? 'start' : 'previous';
  return { kind: 'window', anchor, startNs: ns(time.startUs), endNs: ns(time.endUs ?? time.startUs) };
}

/** When a call returns: a relative time counts from its start. */
function returnOf(time: TimeNode): When | undefined {
  if (time.kind === 'any' || time.returnUs === undefined) return undefined;
  const isAbsolute = time.kind === 'absolute';
  const atNs = ns(isAbsolute ? time.returnUs : time.returnUs - time.startUs);
  return { kind: 'window', anchor: isAbsolute ? 'start' : 'previous', startNs: atNs, endNs: atNs };
}

function ns(us: number): Ns {
  return us * NS_PER_US;
}
