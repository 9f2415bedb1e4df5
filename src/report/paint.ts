/** Colour where the sink allows it. Nothing is said by colour alone. */
export type Paint = (style: Style, text: string) => string;

export type Style = 'good' | 'bad' | 'warn' | 'dim' | 'bold';

const CODES: Readonly<Record<Style, string>> = { good: '32', bad: '31', warn: '33', dim: '2', bold: '1' };

/** Wraps text in ANSI styles, or leaves it alone. */
export function painter(color: boolean): Paint {
  return color ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (_style, text) => text;
}
