import { describe, expect, it } from 'vitest';
import { renderDiagnostic } from '../../src/spec/render';
import type { Diagnostic } from '../../src/spec/diagnostic';

function diagnostic(start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return { severity: 'error', code: 'unknown-key', message: 'unknown key', span: { start, end }, ...more };
}

function render(text: string, start: number, end: number, more: Partial<Diagnostic> = {}): string {
  return renderDiagnostic(diagnostic(start, end, more), { path: 'a.yaml', text });
}

it('shows what, where, the line, a caret and the way out', () => {
  expect(render('name: x\nbacklogg: 5\n', 8, 16, { hint: 'did you mean `backlog`?' })).toBe(
    [
      'error[unknown-key]: unknown key',
      ' --> a.yaml:2:1',
      '  |',
      '2 | backlogg: 5',
      '  | ^^^^^^^^',
      '  hint: did you mean `backlog`?',
    ].join('\n'),
  );
});

describe('the line and its caret', () => {
  const rows = (text: string, start: number, end: number) => render(text, start, end).split('\n').slice(3, 5);

  it('makes tabs two blanks wide', () => {
    expect(rows('\ta: b', 4, 5)).toEqual(['1 |   a: b', '  |      ^']);
  });

  it('marks one place for an empty span, and the end of the text', () => {
    expect(rows('a: b', 4, 4)).toEqual(['1 | a: b', '  |     ^']);
    expect(rows('a: b', 90, 99)).toEqual(['1 | a: b', '  |     ^']);
    expect(rows('', 0, 0)).toEqual(['1 |', '  | ^']);
  });

  it('stays on the first line of a span', () => {
    expect(rows('abc\ndef\n', 1, 6)).toEqual(['1 | abc', '  |  ^^']);
  });

  it('cuts a wide line around the caret', () => {
    const [line = '', caret = ''] = rows(`${'x'.repeat(500)}HERE${'y'.repeat(500)}`, 500, 504);
    expect(line.length).toBeLessThan(140);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('HERE');
    expect(line.startsWith('1 | ...')).toBe(true);
    expect(line.endsWith('...')).toBe(true);
  });

  it('lets no control sequence through', () => {
    const all = render('a: \u001b[31mred\u0007', 3, 8, { message: 'bad \u001b[31m', hint: '\u202e' });
    // eslint-disable-next-line no-control-regex
    expect(all).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it('accepts CRLF', () => {
    expect(rows('a: b\r\nc: d\r\n', 6, 7)).toEqual(['2 | c: d', '  | ^']);
  });
});

it('shows thousands of diagnostics of a large file in reasonable time', () => {
  const file = { path: 'a.yaml', text: 'x: 1\n'.repeat(100_000) };
  const shown = Array.from({ length: 5000 }, (_, index) =>
    renderDiagnostic(diagnostic(index * 100, index * 100 + 1), file),
  );
  expect(shown.at(-1)).toContain('a.yaml:99981:1');
});
