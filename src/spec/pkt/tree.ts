/**
 * A packetdrill script as its author wrote it: options, an init command, events, a cleanup command. Places are indices
 * into the table of tokens, which holds every character of the text.
 *
 * Deliberately absent: what a packet or a call says (the notation's parsers), and what an option means.
 */
import type { TokenTable } from './tokens';

export interface PktTree {
  readonly tokens: TokenTable;
  readonly options: readonly OptionNode[];
  /** Before the first event. */
  readonly init?: CommandNode;
  readonly events: readonly EventNode[];
  /** Behind the last event. */
  readonly cleanup?: CommandNode;
}

/** `--name=value`. */
export interface OptionNode {
  readonly name: string;
  /** Without the quotes of a quoted one. */
  readonly value?: string;
  /** The value is one word, for which a definition may stand. */
  readonly isWord: boolean;
  /** Offsets into the text. */
  readonly start: number;
  readonly end: number;
  /** Where the value begins; the end of the name without one. */
  readonly valueStart: number;
}

/** What stands between backquotes, as it goes to the shell. */
export interface CommandNode {
  readonly text: string;
  readonly token: number;
}

export interface EventNode {
  readonly time: TimeNode;
  readonly body: BodyNode;
}

/** Microseconds, as packetdrill counts; fractions of one are cut off. */
export type TimeNode = { readonly firstToken: number; readonly lastToken: number } & (
  | { readonly kind: 'any' }
  | {
      readonly kind: 'absolute' | 'relative';
      readonly startUs: number;
      /** `A~B`: at the latest. */
      readonly endUs?: number;
      /** `A...B`: when the call returns, from where A is counted from. */
      readonly returnUs?: number;
    }
);

/** Half-open range of tokens. */
export interface BodyNode {
  readonly kind: 'inject' | 'expect' | 'call' | 'command' | 'code';
  readonly firstToken: number;
  readonly endToken: number;
}

/** The text from which the tree was made. */
export function printPkt({ tokens }: PktTree): string {
  const parts: string[] = [];
  for (let index = 0; index < tokens.length; index++) parts.push(tokens.trivia(index), tokens.textOf(index));
  return parts.join('');
}
