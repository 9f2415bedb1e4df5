/** Code blocks: parsed, and run on a sample, as far as packetspec does so itself. */
import { type CodeResult, CodeRunner } from '../../src/match/code/code';
import { parsePython } from '../../src/spec/python/parse';
import type { Sample } from '../../src/trace/trace';
import { mutateText } from './mutate';
import type { Random } from './random';
import { filesOf } from './seeds';
import { bytesOf, hold, type Target, textOf } from './target';

/** More than any text that the evaluator makes (100,000 characters) may be when it is written with escapes. */
const LONGEST_LINE = 2_000_000;

const SAMPLE: Sample = {
  tcpInfo: { bytes: Uint8Array.from({ length: 280 }, (_, index) => index & 0xff) },
  congestionInfo: { bytes: Uint8Array.from({ length: 20 }, (_, index) => index) },
  memoryInfo: { bytes: new Uint8Array(36) },
};

const PROGRAMS = [
  'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd',
  'a = b = 3\na += 4; b **= 2\nprint(a, b, a // b, a % b, a / b, -a >> 1, a << 3, ~b)',
  'if 1 < 2 <= 3 and not (4 == 5 or "x" in "xyz"):\n  assert True\nelif tcpi_rtt:\n  pass\nelse:\n  print("no")',
  'x, y = (1, 2)\nassert x in [1, 2, 3] and y not in [4], "%d %s %r %5.2f %x" % (x, y, "z", 1.5, 255)',
  "print(abs(-1), min(1, 2), max(1, 2), int('7'), str(1.0), len('abc'), round(2.5), bool(0), float('1e3'), hex(255), repr('a'))",
  'print(1e308 * 10, 0.1 + 0.2, 1_000, 0x1f, 0b11, 0o17, 5 if None else 6, 2 ** 100, -7 // 2, -7 % 3)\n',
  "print('a' * 3 + 'b', (1, 2) + (3,), 'x' < 'y', 1 is 1, None is None)",
];

const EXPRESSIONS = [
  ...[
    '1',
    '0',
    '-1',
    '3.5',
    '1e308',
    '2**70',
    "'ab'",
    '""',
    'True',
    'None',
    'tcpi_rtt',
    'x',
    '(1, 2)',
    '()',
    "'%s'",
    "'%*d'",
    '10**300',
  ],
];
const OPERATORS = [
  '+',
  '-',
  '*',
  '/',
  '//',
  '%',
  '**',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '==',
  '<',
  '>=',
  'in',
  'not in',
  'is',
  'and',
  'or',
  'if 1 else',
];
const WORDS = [
  ...EXPRESSIONS,
  ...OPERATORS.map((operator) => ` ${operator} `),
  'int(',
  'float(',
  'round(',
  'str(',
  'lambda',
  'while 1:\n ',
  '\n\t',
  "f'",
  '\\\n',
  '#',
  ';',
  ':',
  ' = ',
  ' += ',
];

export const pythonTarget: Target = {
  name: 'python',
  extension: 'py',
  seeds: () => [...PROGRAMS.map(bytesOf), ...filesOf('py', 'python')],
  make: (random, pool) => {
    if (random.oneIn(3)) return bytesOf(program(random));
    return bytesOf(mutateText(textOf(random.pick(pool)), random, () => textOf(random.pick(pool)), WORDS));
  },
  check: (input) => {
    const text = textOf(input);
    const parsed = parsePython(text);
    hold(JSON.stringify(parsed) === JSON.stringify(parsePython(text)), 'parsing a program twice gives the same');
    if ('foreign' in parsed) {
      hold(parsed.foreign.trim() !== '', 'a program that is not of the subset has a reason');
      return `foreign ${parsed.foreign.replace(/\d+|".*"|'.*'/g, '').slice(0, 60)}`;
    }
    const lines = text.split('\n').length;
    // Twice, since a block may use what the one before it has assigned.
    const runner = new CodeRunner();
    const results = [1, 2].map(() => runner.run({ text, firstLine: 1, socket: '3', program: parsed.program }, SAMPLE));
    for (const result of results) checkResult(result, lines);
    return `ran ${results.map(({ failure }) => `${failure?.error ?? 'well'} ${failure?.message.replace(/\d+|'.*'/g, '').slice(0, 60) ?? ''}`).join()}`;
  },
};

function checkResult({ failure, printed }: CodeResult, lines: number): void {
  for (const line of printed) hold(line.length < LONGEST_LINE, 'what is printed is bounded');
  if (failure === undefined) return;
  hold(failure.error !== '' && failure.line >= 1 && failure.line <= lines, 'a failure has a name and a line');
  hold(failure.message.length < LONGEST_LINE, 'what a failure says is bounded');
  for (const { value } of failure.values) hold(value.length <= 210, 'the values of a failure are short');
}

/** Statements of random expressions. */
function program(random: Random): string {
  const statements = ['assert ', 'print(1, ', 'x = ', 'x += ', 'y = x = ', ''];
  return Array.from({ length: random.between(1, 5) }, () => {
    const head = random.pick(statements);
    return `${head}${expression(random, random.between(0, 5))}${head.endsWith(', ') ? ')' : ''}`;
  }).join('\n');
}

function expression(random: Random, depth: number): string {
  if (depth === 0) return random.pick(EXPRESSIONS);
  const left = expression(random, depth - 1);
  if (random.oneIn(5)) return `${random.pick(['-', '~', 'not ', '+'])}(${left})`;
  if (random.oneIn(5))
    return `${random.pick(['abs', 'int', 'float', 'str', 'len', 'round', 'hex', 'repr', 'bool', 'max'])}(${left})`;
  return `(${left}) ${random.pick(OPERATORS)} (${expression(random, random.below(depth))})`;
}
