/**
 * Where the characters of a scalar's value stand in the file. Quotes, escapes, indentation and folded lines lie between
 * the two, so the value is laid along the source, character by character.
 */

/** The map from an index of the value to an offset of the file; `undefined` when the two cannot be laid together. */
export function scalarOffsets(
  source: string,
  start: number,
  end: number,
  value: string,
): ((index: number) => number) | undefined {
  for (const skip of [0, 1]) {
    if (source.startsWith(value, start + skip) && start + skip + value.length <= end) {
      return (index) => start + skip + Math.min(index, value.length);
    }
  }
  const offsets = layAlong(source, start, end, value);
  if (offsets === undefined) return undefined;
  return (index) => offsets[Math.min(index, offsets.length - 1)] ?? end;
}

function layAlong(source: string, start: number, end: number, value: string): number[] | undefined {
  const offsets: number[] = [];
  let at = bodyStart(source, start, end);
  for (const character of value) {
    at = findNext(source, at, end, character);
    if (at === -1) return undefined;
    // A character outside the basic plane takes two places of the value.
    for (let unit = 0; unit < character.length; unit++) offsets.push(at + unit);
    at += character.length;
  }
  offsets.push(Math.min(at, end));
  return offsets;
}

/** Behind the head of a block scalar (`|-`, `>2 # comment`), or behind the opening quote. */
function bodyStart(source: string, start: number, end: number): number {
  const first = source.charAt(start);
  if (first === '"' || first === "'") return start + 1;
  if (first !== '|' && first !== '>') return start;
  const lineEnd = source.indexOf('\n', start);
  return lineEnd === -1 || lineEnd >= end ? end : lineEnd + 1;
}

/** The next place of the character, passing over nothing but blanks, breaks, quotes and backslashes. */
function findNext(source: string, from: number, end: number, character: string): number {
  for (let at = from; at < end; at++) {
    const found = source.charAt(at);
    if (source.startsWith(character, at) || (isBreakOrBlank(character) && isBreakOrBlank(found))) return at;
    if (!isBreakOrBlank(found) && found !== '\\' && found !== "'") return -1;
  }
  return -1;
}

function isBreakOrBlank(character: string): boolean {
  return character === ' ' || character === '\n' || character === '\t' || character === '\r';
}
