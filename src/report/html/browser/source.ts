/** The text of the spec, with the lines marked that failed. */
import { element } from './dom';

/**
 * @param source the whole text, or the lines of it that are known
 * @param word what the marked lines are: the mark is not colour alone
 */
export function sourceSection(
  source: string | readonly (readonly [line: number, text: string])[],
  marked: readonly number[],
  word: string,
): HTMLElement {
  const lines =
    typeof source === 'string'
      ? source.split('\n').map((text, index) => [index + 1, text.replace(/\r$/, '')] as const)
      : source;
  const whole = typeof source === 'string';
  return element(
    'section',
    { 'aria-labelledby': 'source-title' },
    element('h2', { id: 'source-title' }, 'The spec'),
    whole ? undefined : element('p', {}, 'Only the lines of its steps are known: the file is not in the trace.'),
    element(
      'div',
      { class: 'scrolled', role: 'region', 'aria-label': 'Text of the spec', tabindex: 0 },
      element(
        'ol',
        { class: 'source' },
        ...lines.map(([line, text]) => lineItem(line, text, marked.includes(line) ? word : undefined)),
      ),
    ),
  );
}

function lineItem(line: number, text: string, word: string | undefined): HTMLElement {
  return element(
    'li',
    { id: `line-${line}`, value: line, class: word === undefined ? undefined : 'marked', tabindex: -1 },
    word !== undefined ? element('strong', { class: 'mark' }, `\u2717 ${word} `) : undefined,
    element('code', {}, text === '' ? ' ' : text),
  );
}
