/** How steps are named in messages. */
const LONGEST_LABEL = 120;

/** One line, not too long. */
export function labelOf(...parts: readonly (string | undefined)[]): string {
  const line = parts.join(' ').replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_LABEL ? `${line.slice(0, LONGEST_LABEL - 3)}...` : line;
}
