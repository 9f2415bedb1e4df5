import { printable } from '../base/printable';

/** Colour where the sink allows it. Nothing is said by colour alone. */
export type Paint = (style: Style, text: string) => string;

export type Style = 'good' | 'bad' | 'warn' | 'dim' | 'bold';

const CODES: Readonly<Record<Style, string>> = { good: '32', bad: '31', warn: '33', dim: '2', bold: '1' };

/** Wraps text in ANSI styles, or leaves it alone. */
export function painter(color: boolean): Paint {
  return color ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (_style, text) => text;
}

/** What a painter writes. */
const STYLING = /(\u001b\[(?:32|31|33|2|1|0)m)/;

/**
 * What a sink gets: lines, with what a painter has written in them. What specs, commands and kernels say has no
 * control sequences then.
 */
export function printableLines(text: string, color: boolean): string {
  if (!color) return printable(text);
  const parts = text.split(STYLING);
  return parts.map((part) => (STYLING.test(part) ? part : printable(part))).join('');
}
