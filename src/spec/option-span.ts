/** Where an option of packetdrill's stands in a script. */
import type { Span } from './source';

/** The option itself; the beginning of the script, when it came from elsewhere. */
export function optionSpan(text: string, option: string): Span {
  const at = text.search(new RegExp(`--${option}(?![a-z_])`));
  return at === -1 ? { start: 0, end: 0 } : { start: at, end: at + option.length + 2 };
}
