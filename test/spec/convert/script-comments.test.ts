import { expect, it } from 'vitest';
import { ScriptComments } from '../../../src/spec/convert/script-comments';

it('gives each event what stands before it, and beside it', () => {
  const text = '// one\n// two\n0 `a // no`\n\n/* three\n * four */ +0 `b` // five\n+0 `c`';
  const comments = new ScriptComments(text);
  const at = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
  expect(comments.takeUntil(at('`a // no`'))).toEqual({
    lines: [' one', ' two'].map((line) => line.trim()),
    apart: false,
  });
  expect(comments.takeUntil(at('`b`'))).toEqual({ lines: ['three', 'four', 'five'], apart: true });
  expect(comments.takeUntil(at('`c`'))).toEqual({ lines: [], apart: false });
});

it('lets nothing through that would end a comment in YAML, or reach the terminal', () => {
  const text = '// a\rb\u001b[31m\u0085c\n0 `x`';
  expect(new ScriptComments(text).takeUntil({ start: text.indexOf('0'), end: text.length }).lines).toEqual([
    'a\u00b7b\u00b7[31m\u00b7c',
  ]);
});
