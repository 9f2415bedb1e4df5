/**
 * Text from outside as a terminal, or a reader of reports, may get it. Specs, commands and kernels can print what they
 * like; none of it may reach the terminal as a control sequence, or turn the direction of what is written. What no
 * format of reports can hold goes the same way: halves of surrogate pairs, and U+FFFE and U+FFFF.
 */
const MARK = '\u00b7';

const BAD = '\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufeff\\ufffe\\uffff\\ud800-\\udfff';
const BAD_OR_BREAK = new RegExp(`[\\u0000-\\u001f${BAD}]`, 'gu');
const BAD_IN_LINES = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f${BAD}]`, 'gu');

/** Control characters, line breaks and tabs among them, and what changes the direction of text, become a middle dot. */
export function visible(text: string): string {
  return text.replace(BAD_OR_BREAK, MARK);
}

/** As `visible`, but line breaks and tabs stay. */
export function printable(text: string): string {
  return text.replace(BAD_IN_LINES, MARK);
}
