/**
 * Tokens -> tree. What does not fit is reported where it stands, and reading goes on at the next line that begins like
 * an event, so that all mistakes of a script are told at once.
 */
import { NS_PER_US } from '../../base/nanoseconds';
import { LONGEST_NS } from '../notation/time';
import { errorAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';
import { bodyEnd, TokenView } from './body-end';
import { lex } from './lex';
import { Macros } from './macros';
import type { TokenTable } from './tokens';
import type { BodyNode, CommandNode, EventNode, OptionNode, PktTree, TimeNode } from './tree';

/** Events of one script. */
const MOST_EVENTS = 100_000;

const BODY_HINT =
  'an event is a packet (`< S 0:0(0) win 1000`, `> S. 0:0(0) ack 1`), a call (`read(4, ..., 1) = 1`), a `command` in backquotes, or %{ code }%';
const TIME_HINT =
  'every event begins with its time: `0.1` from the start, `+0.1` from the event before, or `*` for a packet at any time';
/** `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255` is shorter. */
const LONGEST_ADDRESS = 64;
const LONGEST_US = LONGEST_NS / NS_PER_US;

/** Reads a whole script. Total and lossless: `printPkt` gives the text back, whatever it is. */
export function parsePktTree(source: Snippet, complaints: Complaints, macros: Macros = new Macros()): PktTree {
  const tokens = lex(source, complaints);
  const head = readOptions(source, tokens, complaints);
  return readEvents(source, tokens, { head, macros, complaints });
}

export interface Head {
  readonly options: readonly OptionNode[];
  /** The index of the first token behind the options. */
  readonly next: number;
}

/** The options at the head of a script: what they define holds for all that follows. */
export function readOptions(source: Snippet, tokens: TokenTable, complaints: Complaints): Head {
  const options: OptionNode[] = [];
  let index = 0;
  while (tokens.kind(index) === 'option') {
    const first = index++;
    const name = tokens.textOf(first).slice(2);
    const nameEnd = tokens.end(first);
    if (!tokens.isMark(index, '=')) {
      options.push({ name, isWord: false, start: tokens.start(first), end: nameEnd, valueStart: nameEnd });
      continue;
    }
    const valueFirst = ++index;
    // The value is what stands there without a blank in it: packetdrill wants quotes around more than one token.
    while (isValuePart(tokens, index, valueFirst)) index++;
    if (index === valueFirst) {
      const span = source.locate(tokens.start(first), tokens.end(first) + 1);
      complaints.report(errorAt(span, 'pkt-syntax', `\`--${name}=\` has no value`, `write --${name}=VALUE`));
      continue;
    }
    options.push(optionOf(tokens, { name, first, valueFirst, next: index }));
    if (!isPlainValue(tokens, valueFirst, index))
      warnOfQuotes(source, tokens, { name, valueFirst, next: index }, complaints);
  }
  return { options, next: index };
}

function isValuePart(tokens: TokenTable, index: number, valueFirst: number): boolean {
  if (tokens.kind(index) === 'end' || tokens.kind(index) === 'option') return false;
  return index === valueFirst ? !tokens.firstOnLine(index) : tokens.trivia(index) === '';
}

interface OptionTokens {
  readonly name: string;
  readonly first: number;
  readonly valueFirst: number;
  readonly next: number;
}

function optionOf(tokens: TokenTable, { name, first, valueFirst, next }: OptionTokens): OptionNode {
  const valueStart = tokens.start(valueFirst);
  const end = tokens.end(next - 1);
  const raw = tokens.text.slice(valueStart, end);
  const isSingle = next === valueFirst + 1;
  const isQuoted = isSingle && tokens.kind(valueFirst) === 'string' && !tokens.unclosed(valueFirst);
  return {
    name,
    value: isQuoted ? raw.slice(1, -1) : raw,
    isWord: isSingle && tokens.kind(valueFirst) === 'word',
    start: tokens.start(first),
    end,
    valueStart,
  };
}

/** What packetdrill takes without quotes: a whole number, a word, an address, or a definition. */
function isPlainValue(tokens: TokenTable, first: number, next: number): boolean {
  const kind = tokens.kind(first);
  if (next === first + 1) return kind === 'integer' || kind === 'word' || kind === 'string';
  if (next === first + 3 && kind === 'word' && tokens.isMark(first + 1, '='))
    return ['word', 'string', 'shell'].includes(tokens.kind(first + 2));
  const text = tokens.text.slice(tokens.start(first), tokens.end(next - 1));
  if (text.length > LONGEST_ADDRESS) return false;
  return /^\d+(?:\.\d+){3}$/.test(text) || /^[\da-fA-F:]*::?[\da-fA-F:.]*$/.test(text);
}

function warnOfQuotes(
  source: Snippet,
  tokens: TokenTable,
  { name, valueFirst, next }: Omit<OptionTokens, 'first'>,
  complaints: Complaints,
): void {
  complaints.report({
    severity: 'warning',
    code: 'pkt-quirk',
    message: `packetdrill takes this value of --${name} only in quotes`,
    span: source.locate(tokens.start(valueFirst), tokens.end(next - 1)),
    hint: `write --${name}="..."`,
  });
}

/** What reading the events needs beside the tokens. */
export interface EventsContext {
  readonly head: Head;
  readonly macros: Macros;
  readonly complaints: Complaints;
  /** Only events, in the midst of others: no init, cleanup or options, and any time may be the first. */
  readonly bare?: boolean;
}

/** Everything behind the options. */
export function readEvents(source: Snippet, tokens: TokenTable, context: EventsContext): PktTree {
  return new EventReader(source, new TokenView(tokens, context.macros), context).read();
}

class EventReader {
  readonly #source: Snippet;
  readonly #view: TokenView;
  readonly #tokens: TokenTable;
  readonly #context: EventsContext;
  readonly #events: EventNode[] = [];
  #init: CommandNode | undefined;
  #cleanup: CommandNode | undefined;
  #index: number;
  #begun = false;
  /** Where the option, command or event in hand begins. */
  #itemStart = 0;

  constructor(source: Snippet, view: TokenView, context: EventsContext) {
    this.#source = source;
    this.#view = view;
    this.#tokens = view.table;
    this.#context = context;
    this.#index = context.head.next;
  }

  read(): PktTree {
    while (this.#view.kind(this.#index) !== 'end') {
      if (this.#events.length >= MOST_EVENTS) {
        this.#fail(
          this.#index,
          this.#index,
          `this script has more than ${MOST_EVENTS} events`,
          undefined,
          'too-many-steps',
        );
        break;
      }
      this.#item();
    }
    if (!this.#begun) this.#noEvents();
    return {
      tokens: this.#tokens,
      options: this.#context.head.options,
      ...(this.#init === undefined ? {} : { init: this.#init }),
      events: this.#events,
      ...(this.#cleanup === undefined ? {} : { cleanup: this.#cleanup }),
    };
  }

  #item(): void {
    const index = this.#index;
    this.#itemStart = index;
    if (this.#view.isTime(index)) return this.#event();
    if (this.#view.kind(index) === 'shell') return this.#untimedCommand();
    if (this.#tokens.kind(index) === 'option') {
      const name = this.#tokens.textOf(index);
      if (this.#context.bare === true)
        this.#fail(index, index, `the option ${name} has no place here`, 'here only events can stand');
      else this.#fail(index, index, `the option ${name} comes too late`, 'options stand at the head of the script');
    } else if (this.#view.isBody(index) && (this.#tokens.firstOnLine(index) || index === 0)) {
      this.#fail(index, index, 'this event has no time', TIME_HINT);
      this.#begun = true;
    } else this.#unexpected(index);
    this.#resume();
  }

  #noEvents(): void {
    const end = this.#tokens.length - 1;
    this.#fail(end, end, 'a script has at least one event, and this one has none', TIME_HINT);
  }

  #unexpected(index: number): void {
    if (this.#tokens.isMark(index, '#')) {
      this.#fail(index, index, '`#` does not begin a comment', 'comments are `// ...` and `/* ... */`');
      return;
    }
    // What could not be closed, and NUL, has been reported.
    if (this.#tokens.unclosed(index) || this.#tokens.textOf(index) === '\0') return;
    const where = this.#begun ? 'the time of an event' : 'an option, a command or the time of an event';
    this.#fail(index, index, `${where} expected, not \`${this.#shown(index)}\``, TIME_HINT);
  }

  /** A command without a time is the first or the last thing of all. */
  #untimedCommand(): void {
    const node = { text: this.#view.text(this.#index).slice(1, -1), token: this.#index };
    const index = this.#index++;
    if (this.#tokens.unclosed(index)) return;
    if (this.#context.bare === true) {
      this.#fail(index, index, 'this command has no time', 'here only events can stand: write `+0` before it');
    } else if (!this.#begun) {
      if (this.#init !== undefined)
        this.#fail(
          index,
          index,
          'there is an init command already',
          'put all of its lines into one pair of backquotes; or write a time before this one',
        );
      this.#init ??= node;
    } else if (this.#view.kind(this.#index) === 'end') this.#cleanup = node;
    else
      this.#fail(
        index,
        index,
        'this command has no time',
        'without one, a command is the first or the last thing of a script: write `+0` before it',
      );
  }

  #event(): void {
    this.#begun = true;
    const time = this.#time();
    if (time === undefined) return this.#resume();
    const first = this.#index;
    const kind = this.#bodyKind(first, time);
    if (kind === undefined) return this.#resume();
    this.#index = bodyEnd(this.#view, first, kind);
    if (this.#tokens.unclosed(first)) return;
    const event: EventNode = { time, body: { kind, firstToken: first, endToken: this.#index } };
    this.#checkKind(event);
    this.#checkOrder(event);
    this.#events.push(event);
    if ((kind === 'command' || kind === 'code') && !this.#atItem()) {
      this.#unexpected(this.#index);
      this.#resume();
    }
  }

  #bodyKind(index: number, time: TimeNode): BodyNode['kind'] | undefined {
    if (this.#view.isMark(index, '<')) return 'inject';
    if (this.#view.isMark(index, '>')) return 'expect';
    switch (this.#view.kind(index)) {
      case 'word':
        return 'call';
      case 'shell':
        return 'command';
      case 'code':
        return 'code';
      case 'end':
        this.#fail(time.firstToken, time.lastToken, 'behind this time there is no event', BODY_HINT);
        return undefined;
      case 'mark':
      case 'integer':
      case 'hex':
      case 'float':
      case 'ellipsis':
      case 'option':
      case 'string':
        this.#fail(index, index, `an event expected behind its time, not \`${this.#shown(index)}\``, BODY_HINT);
        return undefined;
    }
  }

  /** What may be done at such a time. */
  #checkKind({ time, body }: EventNode): void {
    const { firstToken, lastToken } = time;
    const isExpected = body.kind === 'expect';
    if (time.kind === 'any') {
      if (!isExpected)
        this.#fail(
          firstToken,
          lastToken,
          '`*` is for packets that are expected',
          'give one time, such as `+0.01`',
          'bad-time',
        );
      return;
    }
    if (time.endUs !== undefined && !isExpected)
      this.#fail(
        firstToken,
        lastToken,
        'a range of times is for packets that are expected',
        'give one time, such as `+0.01`',
        'bad-time',
      );
    if (time.returnUs !== undefined && body.kind !== 'call')
      this.#fail(
        firstToken,
        lastToken,
        'only a call takes from one time to another',
        'a packet that is expected between two times has `A~B`',
        'bad-time',
      );
  }

  /** The first event is at 0; a time from the start is not before the one from the start right before it. */
  #checkOrder({ time }: EventNode): void {
    if (this.#context.bare === true) return;
    const { firstToken, lastToken } = time;
    const previous = this.#events.at(-1)?.time;
    if (previous === undefined) {
      if (time.kind !== 'any' && time.startUs !== 0)
        this.#fail(firstToken, lastToken, 'the first event is not at time 0', 'begin with `0` or `+0`', 'bad-time');
      return;
    }
    if (time.kind !== 'absolute' || previous.kind !== 'absolute' || time.startUs >= previous.startUs) return;
    const message = `time goes backward here, from ${previous.startUs / 1e6} s to ${time.startUs / 1e6} s`;
    this.#fail(firstToken, lastToken, message, 'a time without `+` is counted from the start', 'time-goes-backwards');
  }

  #time(): TimeNode | undefined {
    const firstToken = this.#index;
    if (this.#view.isMark(firstToken, '*')) {
      this.#index++;
      return { kind: 'any', firstToken, lastToken: firstToken };
    }
    const isRelative = this.#takeMark('+');
    const startUs = this.#seconds();
    if (startUs === undefined) return undefined;
    const kind = isRelative ? 'relative' : 'absolute';
    if (this.#takeMark('~')) return this.#range(kind, startUs, firstToken);
    if (this.#view.kind(this.#index) !== 'ellipsis') return { kind, startUs, firstToken, lastToken: this.#index - 1 };
    this.#index++;
    if (this.#takeMark('+'))
      this.#fail(
        this.#index - 1,
        this.#index - 1,
        'the time of the return has no `+`',
        'it is counted from the same moment as the start: `+0.1...0.3`',
        'bad-time',
      );
    const returnUs = this.#seconds();
    if (returnUs === undefined) return undefined;
    const lastToken = this.#index - 1;
    if (returnUs < startUs)
      return this.#fail(firstToken, lastToken, 'this call returns before it starts', undefined, 'bad-time');
    return { kind, startUs, returnUs, firstToken, lastToken };
  }

  #range(kind: 'absolute' | 'relative', startUs: number, firstToken: number): TimeNode | undefined {
    const endIsRelative = this.#takeMark('+');
    if (endIsRelative !== (kind === 'relative'))
      this.#fail(
        firstToken,
        this.#index - 1,
        'the two ends of this range are not counted from the same moment',
        'write `1~2` or `+1~+2`',
        'bad-time',
      );
    const endUs = this.#seconds();
    if (endUs === undefined) return undefined;
    const lastToken = this.#index - 1;
    if (endUs < startUs)
      return this.#fail(
        firstToken,
        lastToken,
        'this range ends before it begins',
        'put the earlier time first',
        'bad-time',
      );
    return { kind, startUs, endUs, firstToken, lastToken };
  }

  /** Microseconds, as C's conversion of a double makes them. */
  #seconds(): number | undefined {
    const index = this.#index;
    if (!this.#view.isNumber(index)) {
      const found = this.#view.kind(index) === 'end' ? 'but the text ends here' : `not \`${this.#shown(index)}\``;
      return this.#fail(index, index, `a number of seconds expected, ${found}`, TIME_HINT, 'bad-time');
    }
    this.#index++;
    const us = Math.trunc(Number(this.#view.text(index)) * 1e6);
    if (us < 0 || this.#view.text(index).startsWith('-'))
      return this.#fail(index, index, 'a time is not negative', undefined, 'bad-time');
    if (us > LONGEST_US) return this.#fail(index, index, 'this time is longer than 30 days', undefined, 'out-of-range');
    return us;
  }

  #takeMark(character: string): boolean {
    if (!this.#view.isMark(this.#index, character)) return false;
    this.#index++;
    return true;
  }

  /** Whether something begins here that can stand between events. */
  #atItem(): boolean {
    const kind = this.#view.kind(this.#index);
    return (
      kind === 'end' || kind === 'shell' || this.#view.isTime(this.#index) || this.#tokens.firstOnLine(this.#index)
    );
  }

  /** On to the next line that begins like an event, and at least one token on. */
  #resume(): void {
    const { length } = this.#tokens;
    const from = Math.max(this.#index, this.#itemStart + 1);
    for (this.#index = Math.min(from, length - 1); this.#index < length - 1; this.#index++) {
      if (!this.#tokens.firstOnLine(this.#index)) continue;
      const kind = this.#view.kind(this.#index);
      if (this.#view.isEvent(this.#index) || ['shell', 'option'].includes(kind)) return;
      if (this.#tokens.isMark(this.#index, '#') || this.#tokens.isMark(this.#index, '+')) return;
      if (this.#view.isBody(this.#index) && kind !== 'word' && !this.#view.isMark(this.#index, '<')) return;
    }
  }

  /** The text of a token, in a message. */
  #shown(index: number): string {
    const text = this.#tokens.textOf(index);
    return text.length > 40 ? `${text.slice(0, 37)}...` : text;
  }

  #fail(
    first: number,
    last: number,
    message: string,
    hint?: string,
    code: 'pkt-syntax' | 'bad-time' | 'out-of-range' | 'time-goes-backwards' | 'too-many-steps' = 'pkt-syntax',
  ): undefined {
    const span = this.#source.locate(this.#tokens.start(first), this.#tokens.end(last));
    this.#context.complaints.report(errorAt(span, code, message, hint));
    return undefined;
  }
}
