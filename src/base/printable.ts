/**
 * Text from outside as a terminal may get it. Specs, commands and kernels can print what they like; none of it may
 * reach the terminal as a control sequence, or turn the direction of what is written.
 */
const MARK = '\u00b7';

/** Control characters, line breaks and tabs among them, and what changes the direction of text, become a middle dot. */
export function visible(text: string): string {
  return replaceAll(text, isControl);
}

/** As `visible`, but line breaks and tabs stay. */
export function printable(text: string): string {
  return replaceAll(text, (character) => character !== '\n' && character !== '\t' && isControl(character));
}

function replaceAll(text: string, isBad: (character: string) => boolean): string {
  return Array.from(text, (character) => (isBad(character) ? MARK : character)).join('');
}

function isControl(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0xfeff
  );
}
