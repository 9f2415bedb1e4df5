/** What a tool says of one script in one variant, in words that both tools can be put into. */

export interface Outcome {
  readonly passed: boolean;
  /** Where it stopped; absent when it passed, or does not say. */
  readonly line?: number;
  /** The ways in which it may be called why it stopped: two tools agree when they have one in common. */
  readonly kinds: readonly Kind[];
  /** In the tool's own words, on one line. */
  readonly message: string;
  /** What qualifies the outcome, such as a second attempt. */
  readonly remark?: string;
}

export type Kind =
  | 'time'
  | 'missing'
  | 'options'
  | 'payload'
  | 'call'
  | 'code'
  | 'command'
  | 'parse'
  | 'timeout'
  | 'other'
  | `field:${string}`;

export const PASSED: Outcome = { passed: true, kinds: [], message: '' };

/** The first line of a text, shortened. */
export function inShort(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length <= 160 ? line : `${line.slice(0, 157)}...`;
}
