/** What is of the subset and what is not. What programs mean is tested in test/match/code, against Python itself. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePython } from '../../../src/spec/python/parse';
import type { PythonStatement } from '../../../src/spec/python/python';

function statements(text: string): readonly PythonStatement[] {
  const parsed = parsePython(text);
  if ('foreign' in parsed) throw new Error(parsed.foreign);
  return parsed.program.statements;
}

function places(text: string): readonly string[] {
  return statements(text).map(({ line, text: written }) => `${line}: ${written}`);
}

describe('statements', () => {
  it.each([
    ['assert a == 1', ['1: assert a == 1']],
    [' \t assert a == 1, a \t', ['1: assert a == 1, a']],
    ['\nassert a;\nassert b\n', ['2: assert a', '3: assert b']],
    ['assert a == 1, a; \\\n   assert b == 2, b', ['1: assert a == 1, a', '2: assert b == 2, b']],
    ['assert (a ==\n  1), \\\n a # why', ['1: assert (a == 1), a']],
    ['# nothing\n\n   # else\nx = 1 # one', ['4: x = 1']],
    ['a = b = 3', ['1: a = b = 3', '1: a = b = 3']],
    ['a, b = 1, 2; c += 1', ['1: a, b = 1, 2', '1: c += 1']],
    ['if a: pass\nelif b:\n  x = 1\n  y = 2\nelse:\n pass\nz = 1', ['1: if a:', '7: z = 1']],
    ['assert a\r\nassert b\r\n', ['1: assert a', '2: assert b']],
    ['x = 1 \\\n\n', ['1: x = 1']],
    ['', []],
  ])('%j', (text, expected) => {
    expect(places(text)).toEqual(expected);
  });
});

const FOREIGN: readonly (readonly [text: string, reason: string])[] = [
  ['for i in (1, 2): pass', 'for'],
  ['while 1: pass', 'while'],
  ['def f(): pass', 'def'],
  ['import math', 'import'],
  ['x = tcpi.rtt', 'attributes'],
  ['x = a[0]', 'subscripts'],
  ['x = [1, 2]', 'list'],
  ['x = [y for y in z]', 'list'],
  ['print(a, end="")', 'by name'],
  ['print a', 'without brackets'],
  ['x = f"{a}"', 'f-string'],
  ["x = b'a'", 'bytes'],
  ["x = '''a'''", 'triple'],
  ['x = {}', 'dictionaries'],
  ['x = lambda: 1', 'lambda'],
  ['x = sum((1, 2))', 'sum()'],
  ['x = abs', "Python's own abs"],
  ['len = 3', "Python's own len"],
  ['a is b', '`is`'],
  ['x = 010', 'begins with 0'],
  ['x = 1j', 'followed by j'],
  ['abs(1, 2)', '2 arguments'],
  ["x = '\u00fc'", 'ASCII'],
  ["x = '\\u00fc'", 'ASCII'],
  ['\n  x = 1', 'indented'],
  ['if 1:\n\tx = 1', 'tabs'],
  ['if 1:\n   x = 1\n  y = 1', 'like none before'],
  ['if 1:\nx = 1', 'x stands in line 2'],
  ['x = (1', 'not closed'],
  ['x = 1)', 'not opened'],
  ["x = 'a", 'not closed'],
  ['x = 1 \\ \n', 'backslash'],
  ['x = $', '"$"'],
  ['(a, b), c = 1', 'something else than names'],
  ['a, = 1', 'something else than names'],
  ['x := 1', ':='],
  ['_line = 3', "Python's own"],
];

describe('what is foreign', () => {
  it.each(FOREIGN)('%j, with the reason in words', (text, reason) => {
    const parsed = parsePython(text);
    expect('foreign' in parsed ? parsed.foreign : '').toContain(reason);
  });

  const [open, close] = ['(', ')'].map((bracket) => bracket.repeat(50_000));
  it.each([
    ['brackets', `x = ${open ?? ''}1${close ?? ''}`],
    ['open brackets', `x = ${open ?? ''}`],
    ['signs', `x = ${'-'.repeat(50_000)}1`],
    ['negations', `x = ${'not '.repeat(15_000)}1`],
    ['powers', `x = ${'1 ** '.repeat(9_000)}1`],
    ['conditions', `x = ${'1 if 1 else '.repeat(4_000)}1`],
    ['sums', `x = ${'1 + '.repeat(9_000)}1`],
    ['calls', `x = ${'abs('.repeat(9_000)}1`],
    ['indentation', Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}if 1:`).join('\n')],
    ['tokens', 'x = 1\n'.repeat(100_000)],
    ['digits', `x = ${'9'.repeat(1_000_000)}`],
    ['strings', `x = ${"'a' ".repeat(100_000)}`],
    ['commas', `x = ${'1, '.repeat(100_000)}`],
  ])('too many %s are, quickly and without an overflow', (_, text) => {
    const start = performance.now();
    expect(parsePython(text)).toHaveProperty('foreign');
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it('a float that is infinite is left to Python: a saved trace could not hold it', () => {
    expect(parsePython('x = 1e309')).toEqual({ foreign: 'a number is larger than any float' });
    expect(parsePython('x = 1e308')).toHaveProperty('program');
  });

  it('an expression as high as is allowed has a program', () => {
    expect(parsePython(`x = ${'('.repeat(99)}1${')'.repeat(99)}`)).toHaveProperty('program');
    expect(parsePython(`x = ${'1 + '.repeat(150)}1`)).toHaveProperty('program');
  });
});

const PIECES = [
  ...[
    'assert',
    'if',
    'else',
    'elif',
    ':',
    ';',
    '\n',
    '\n  ',
    ' ',
    '\\\n',
    '(',
    ')',
    '[',
    ']',
    ',',
    '==',
    '=',
    '+=',
    '-',
  ],
  ...[
    'not',
    'in',
    'is',
    'None',
    'and',
    'or',
    '**',
    '%',
    "'a'",
    '"',
    '#',
    '1',
    '0x1',
    '.5',
    '1e3',
    'a',
    'b',
    'print',
    'pass',
  ],
];

describe('any text', () => {
  it('is read without an exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void parsePython(text)));
  });

  it('that has a program is one that Python compiles', () => {
    const texts = fc
      .sample(fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }), 20_000)
      .map((parts) => parts.join(' '));
    const own = texts.filter((text) => 'program' in parsePython(text));
    expect(own.length).toBeGreaterThan(200);
    const compiles = `
import json, sys, warnings
warnings.simplefilter("ignore")
bad = []
for text in json.load(sys.stdin):
    try:
        compile(text.strip(" \\t") + "\\n\\n", "x", "exec")
    except SyntaxError as error:
        bad.append([text, str(error)])
json.dump(bad, sys.stdout)`;
    const bad = execFileSync('python3', ['-c', compiles], { input: JSON.stringify(own), encoding: 'utf8' });
    expect(JSON.parse(bad)).toEqual([]);
  });
});
