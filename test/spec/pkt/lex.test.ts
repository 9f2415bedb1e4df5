import { describe, expect, it } from 'vitest';
import { lex } from '../../../src/spec/pkt/lex';
import { snippetAt } from '../../../src/spec/snippet';
import { collect } from '../support';

function tokensOf(text: string) {
  return collect(text, (list) => {
    const tokens = lex(snippetAt(text, 0), list);
    return Array.from({ length: tokens.length - 1 }, (_, index) => `${tokens.kind(index)} ${tokens.textOf(index)}`);
  });
}

describe('tokens are those of lexer.l', () => {
  it.each([
    ['010 -5 0x1F', ['integer 010', 'integer -5', 'hex 0x1F']],
    ['.5 -.5 1.25 5.', ['float .5', 'float -.5', 'float 1.25', 'integer 5', 'mark .']],
    ['1a2b 123 3021b9d889017eeb 0xyz', ['word 1a2b', 'integer 123', 'word 3021b9d889017eeb', 'word 0xyz']],
    ['+0...0.200', ['mark +', 'integer 0', 'ellipsis ...', 'float 0.200']],
    ['--mss=1000', ['option --mss', 'mark =', 'integer 1000']],
    ['P. .5 - ', ['word P', 'mark .', 'float .5', 'mark -']],
    ['"a \\" b" `x \\` y`', ['string "a \\" b"', 'shell `x \\` y`']],
    ['%{ d = {1: 2} % 3 }% %', ['code %{ d = {1: 2} % 3 }%', 'mark %']],
    ['a // b\nc /* d\n */ e', ['word a', 'word c', 'word e']],
    ['"two\nlines"', ['string "two\nlines"']],
  ])('%j', (text, tokens) => {
    expect(tokensOf(text)).toEqual({ made: tokens, troubles: [], hints: [] });
  });
});

describe('quirks of packetdrill', () => {
  it.each([
    ['0\r\n1\r\n', 'no carriage returns'],
    ['0 // end', 'without a line break'],
    ['/** x **/', 'does not see the end'],
    ['%{ assert x == {1: {2: 3}}}%', ''],
    ['%{ x = {1: {2: 3}}%', 'does not see the end'],
  ])('%j: one warning, and no error', (text, part) => {
    const { troubles } = tokensOf(text);
    expect(troubles).toHaveLength(part === '' ? 0 : 1);
    expect(troubles[0] ?? 'pkt-quirk').toContain('pkt-quirk');
    expect(troubles[0] ?? '').toContain(part);
  });
});

describe('what is never closed', () => {
  it.each([
    ['0 `x', '`'],
    ['0 f("x) = 3', '"'],
    ['0 %{ x', '%{'],
    ['/* x', '/*'],
  ])('%j', (text, open) => {
    expect(tokensOf(text).troubles).toEqual([expect.stringContaining(`pkt-syntax at \`${open}\`: this `)]);
  });

  it('a quotation ends with its line, so that the next lines are read', () => {
    expect(tokensOf('f("x) = 3\n+0 g').made).toEqual([
      'word f',
      'mark (',
      'string "x) = 3',
      'mark +',
      'integer 0',
      'word g',
    ]);
  });
});

it('a NUL byte is reported', () => {
  expect(tokensOf('0 \0').troubles).toEqual(['pkt-syntax at `\0`: a NUL byte stands here']);
});
