import { describe, expect, it } from 'vitest';
import { DiagnosticList } from '../../../src/spec/snippet';
import { readYaml } from '../../../src/spec/yaml/read';
import { snippetOf, toPlain } from '../../../src/spec/yaml/tree';
import type { ScalarTree, Tree } from '../../../src/spec/yaml/tree';

function read(text: string): { tree: Tree | undefined; messages: string[] } {
  const list = new DiagnosticList();
  const tree = readYaml(text, list);
  return { tree, messages: list.sorted().map(({ message }) => message) };
}

function scalars(tree: Tree | undefined): readonly ScalarTree[] {
  if (tree === undefined) return [];
  if (tree.kind === 'scalar') return [tree];
  const inner = tree.kind === 'map' ? tree.entries.map(({ value }) => value) : tree.items;
  return inner.flatMap(scalars);
}

describe('scalars keep their text and their place', () => {
  const table: readonly [string, string, string, string][] = [
    ['plain', 'a: S 0:0(0)', 'S 0:0(0)', '0(0)'],
    ['a number', 'a: +0', '+0', '+0'],
    ['a fraction', 'a: .5', '.5', '.5'],
    ['single quotes', "a: 'S 0:0(0)'", 'S 0:0(0)', '0:0'],
    ['a doubled quote', "a: 'it''s this'", "it's this", 'this'],
    ['double quotes', 'a: "S 0:0(0)"', 'S 0:0(0)', '0:0'],
    ['an escape', 'a: "x \\"y\\" zed"', 'x "y" zed', 'zed'],
    ['a literal block', 'a: |\n  one\n  two\n', 'one\ntwo\n', 'two'],
    ['a folded block', 'a: >-\n  one\n  two three\n', 'one two three', 'three'],
    ['a folded plain text', 'a: one\n  two\n  three', 'one two three', 'three'],
    ['CRLF', 'a: one\r\n  two\r\nb: c', 'one two', 'two'],
  ];
  it.each(table)('%s', (_, text, value, part) => {
    const [scalar] = scalars(read(text).tree);
    expect(scalar?.text).toBe(value);
    const snippet = scalar === undefined ? undefined : snippetOf(scalar);
    const at = value.indexOf(part);
    const span = snippet?.locate(at, at + part.length);
    expect(text.slice(span?.start, span?.end)).toBe(part);
  });

  it('falls back to the whole scalar where the two cannot be laid together', () => {
    const text = 'a: "\\u0053 0:0(0)"';
    const [scalar] = scalars(read(text).tree);
    expect(scalar?.text).toBe('S 0:0(0)');
    const span = scalar === undefined ? undefined : snippetOf(scalar).locate(2, 3);
    expect(text.slice(span?.start, span?.end)).toBe('"\\u0053 0:0(0)"');
  });
});

describe('documents', () => {
  it('begin behind a byte order mark', () => {
    const text = '\uFEFFa: 1\nb: 2';
    const [first] = scalars(read(text).tree);
    expect(text.slice(first?.span.start, first?.span.end)).toBe('1');
  });

  it('may have templates in flow collections', () => {
    const { tree } = read('a: { b: ${min(n, 1)}, ${c}: [ ${d} ] }');
    expect(tree === undefined ? undefined : JSON.stringify(toPlain(tree))).toBe(
      '{"a":{"b":"${min(n, 1)}","${c}":["${d}"]}}',
    );
  });

  it('have keys that mean only themselves', () => {
    const { tree } = read('__proto__: { polluted: 1 }\nconstructor: 2');
    expect(Object.keys(toPlain(tree ?? { kind: 'list', span: { start: 0, end: 0 }, items: [] }) as object)).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect('polluted' in {}).toBe(false);
  });

  it('share the tree of an anchor', () => {
    const { tree, messages } = read('a: &x [1, 2]\nb: *x');
    expect(messages).toEqual([]);
    expect(scalars(tree).map(({ value }) => value)).toEqual([1, 2, 1, 2]);
  });
});

describe('what could hang or crash is refused', () => {
  const bomb = [
    'a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]',
    ...'bcdefghij'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefghij'.charAt(index)},`.repeat(10)}]`),
  ].join('\n');
  const table: readonly [string, string, string][] = [
    ['a NUL byte', 'name: x\0', 'this file is not text: it holds a NUL byte'],
    ['five megabytes', `a: ${'x'.repeat(5 * 1024 * 1024)}`, 'this file has 5.0 MiB; a spec may have 4'],
    ['a million brackets', '['.repeat(1_000_000), 'this file is nested too deeply to be a spec'],
    ['deep block nesting', '- '.repeat(5000), 'this file is nested too deeply to be a spec'],
    [
      'deep indentation',
      Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}k:`).join('\n'),
      'this file is nested too deeply to be a spec',
    ],
    ['a billion laughs', bomb, 'the aliases of this file unfold to more than 1000000 values'],
    ['an alias inside of its anchor', 'a: &a [*a]', '`*a` stands inside of what it means'],
    ['an alias of nothing', 'a: *b', 'no anchor `&b` stands before this alias'],
  ];
  it.each(table)('%s', (_, text, message) => {
    expect(read(text).messages).toContain(message);
  });

  it('a hundred thousand keys are no trouble', () => {
    const text = Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(scalars(read(text).tree)).toHaveLength(100_000);
  });
});
