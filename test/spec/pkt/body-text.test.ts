import { expect, it } from 'vitest';
import { bodyText } from '../../../src/spec/pkt/body-text';
import { lex } from '../../../src/spec/pkt/lex';
import { DiagnosticList, snippetAt } from '../../../src/spec/snippet';

it('keeps the place of everything, whatever stands in place of something', () => {
  const text = '  a /* c */ LONG b S d';
  const source = snippetAt(text, 100);
  const tokens = lex(source, new DiagnosticList());
  const body = bodyText(
    source,
    tokens,
    { first: 0, end: tokens.length - 1 },
    (token) => ({ LONG: 'x', S: 'yyyy' })[tokens.textOf(token)],
  );
  expect(body.text).toBe('a         x b yyyy d');
  const placeOf = (part: string) => {
    const at = body.text.indexOf(part);
    const { start, end } = body.locate(at, at + part.length);
    return text.slice(start - 100, end - 100);
  };
  expect(['a', 'x', 'b', 'yyyy', 'yy', 'd', 'x b'].map(placeOf)).toEqual(['a', 'LONG', 'b', 'S', 'S', 'd', 'LONG b']);
  expect(body.locate(0, 0)).toEqual({ start: 102, end: 102 });
});
