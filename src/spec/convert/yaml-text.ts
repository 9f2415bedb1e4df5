/** Values as YAML writes them, so that the language reads back exactly the text that was meant. */

/** What can stand without quotes; stricter than YAML itself, and the same in every reader. */
const PLAIN = /^[A-Za-z0-9+(./][\x20-\x7e]*$/;
const NOT_PLAIN = /: |:$| #|\s$/;
/** Words and numbers that a reader would take for another kind of value. */
const OTHER_VALUE = /^(?:true|false|yes|no|on|off|null|~|[+-]?\.?(?:inf|nan))$/i;
/** Characters that are not to stand in a text file as they are, or that the reader keeps for itself. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ue000-\ue002\ufeff\ufffe\uffff]/g;

/** A text on one line: plain where that is safe, else in double quotes. */
export function yamlText(text: string): string {
  const literal = withoutTemplates(text);
  if (PLAIN.test(literal) && !NOT_PLAIN.test(literal) && !OTHER_VALUE.test(literal)) return literal;
  return JSON.stringify(literal).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `${` is the language's own; `$${` is the two characters. */
function withoutTemplates(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** Lines of a block of text (`|`), indented. `undefined` when a block cannot hold them as they are. */
export function yamlBlock(text: string, indent: string): readonly string[] | undefined {
  const literal = withoutTemplates(text);
  // Tabs may stand inside of a line; other control characters nowhere, and a first blank would count as indentation.
  const hasControls = [...literal].some((one) => one < ' ' && one !== '\n' && one !== '\t');
  if (hasControls || literal.search(UNPRINTABLE) !== -1 || /^[ \t]/.test(literal)) return undefined;
  return literal.split('\n').map((line) => (line === '' ? '' : indent + line));
}
