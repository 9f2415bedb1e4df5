/** What a script says about itself: the first sentence of its first comment. */
import type { TokenTable } from './tokens';

/** A comment far from the top is about something else. */
const FIRST_TOKENS = 64;

/** `undefined` without a comment. */
export function aboutOf(tokens: TokenTable): string | undefined {
  for (let index = 0; index < Math.min(tokens.length, FIRST_TOKENS); index++) {
    const sentence = tokens.commented(index) ? firstSentence(proseOf(tokens.trivia(index))) : '';
    if (sentence !== '') return sentence;
  }
  return undefined;
}

/** The first comment's words: consecutive `//` lines are one comment. */
function proseOf(trivia: string): string {
  const words: string[] = [];
  for (const line of trivia.split('\n')) {
    const text = withoutClose(line.replace(/^\s*(?:\/\/|\/\*|\*\/|\*)+/, '').trim());
    if (/^SPDX-License-Identifier|^Copyright/i.test(text)) continue;
    if (text === '' && words.length > 0) break;
    if (text !== '') words.push(text);
  }
  return words.join(' ');
}

/** Without the stars and the slash that close a comment. */
function withoutClose(line: string): string {
  if (!line.endsWith('*/')) return line;
  let end = line.length - 1;
  while (line[end - 1] === '*') end--;
  return line.slice(0, end).trim();
}

function firstSentence(text: string): string {
  const end = /[.:!?](?=\s|$)/.exec(text);
  return end === null ? text : text.slice(0, end.index).trim();
}
