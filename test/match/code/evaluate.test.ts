/** Expectations come from the installed Python: each expression is evaluated by both. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CodeResult, CodeRunner } from '../../../src/match/code/code';
import { programText } from './arbitraries';
import { block, python, type PythonResult, sample } from './python';

const EXPRESSIONS: readonly string[] = [
  ...['1/0', '1//0', '1%0', '1.0/0', '1.0//0', '1.0%0', '0**-1', '0.0**-1', '1<<-1', '1>>-1', '2.0**5000'],
  ...['(1<<10000)*1.0', '(1<<10000)/3', '(1<<10000)/(1<<9990)', '(2**70+1)/3', '-7/2', '2**100/2**47', '0/5', '0/-5'],
  ...['7.5//-2', '-7.5%2', '-7//2', '-7%3', '7//-2', '7%-3', '5.0%-3', '-0.0%3', '0.0//-3', '1e308*10//3', '0.3//0.1'],
  ...['5%(1e308*10)', '-5%(1e308*10)', '(-2)**3', '(-1)**5', '2**-2', '-2**2', '2**3**2', '(-8.0)**2', '0**0'],
  ...["float('x')", "int('x')", "int(' 12 ')", "int('-5')", "int('1_0')", "float('1e5')", "float('-inf')", "int('')"],
  ...["float(' nan ')", "int(float('inf'))", "int(float('nan'))", 'int(-2.7)', 'int(1e20)', 'int(None)', 'float(None)'],
  ...['round(2.5)', 'round(-2.5)', 'round(3.5)', 'round(0.125,2)', 'round(25,-1)', 'round(35,-1)', 'round(-25,-1)'],
  ...[
    'round(5,2)',
    'round(1e300,2)',
    'round(1.5,None)',
    'round(1.0,400)',
    'round(1234,-2)',
    'round(True)',
    'round(2.675,2)',
  ],
  ...["round('a')", 'round(1.5,1.5)', 'round(-0.4)', 'round(-0.04,1)', 'round(1234.5,-2)', 'round(4.5,0)'],
  ...[
    '1e16',
    '1e15',
    '123456789012345678.0',
    '1.5e-5',
    '0.0001',
    '0.00001234',
    '-0.0',
    '1e22',
    '5e-324',
    '1/3',
    '100.0',
  ],
  ...[
    '(1,)',
    '()',
    '(1, (2.0, None), "a")',
    "repr('a\\'b')",
    `'a\\'b"c'`,
    "repr('\\x00\\x1b\\n\\t\\\\')",
    'True',
    'None',
  ],
  ...[
    '1.0 == 1',
    '2**53+1 == 2.0**53',
    '2**53+1 > 2.0**53',
    '1 < 1.5 < 2',
    '1 < 3 < 2',
    "(1,2)<(1,'a')",
    '(1,2)<(1,2,3)',
  ],
  ...['(1,2)==(1.0,2)', "(1,'a')!=(1,'b')", "'a'<'b'", "'a'==1", 'None==None', 'None is None', '1 is True', 'None<1'],
  ...[
    '1 in 5',
    "1 in 'a'",
    "'bc' in 'abcd'",
    '1 in (1,2)',
    '3 not in [1,2]',
    '1.0 in [1]',
    'None in [None]',
    '1 in []',
  ],
  ...[
    "'a'<1",
    "-'a'",
    '~1.5',
    '+True',
    '-True',
    '~True',
    "not ''",
    'not ()',
    "not 'a'",
    'not 0.0',
    '1 and 0 or 5',
    "'' or 'b'",
  ],
  ...[
    "1+'a'",
    "'a'+1",
    '(1,)+1',
    "'a'*'b'",
    "1.5*'a'",
    "'ab'*3",
    "3*'ab'",
    "'a'*-1",
    '(1,2)*2',
    '(1,)+(2,)',
    "'a'*True",
  ],
  ...[
    '1&1.5',
    'True&True',
    'True|2',
    'True^True',
    'True+True',
    'True<<2',
    '6&-4',
    '-1^5',
    '-5>>1',
    '1<<64',
    '-1>>10000000000',
  ],
  ...[
    "'a'**1",
    'min(())',
    "min(1,'a')",
    'max((1,2,3))',
    'min(5)',
    "min('cab')",
    'max(1,1.0)',
    'max(1.0,1)',
    'min(2,1,3)',
  ],
  ...[
    "abs('a')",
    'abs(-3)',
    'abs(-3.5)',
    'abs(True)',
    'len(5)',
    "len('abc')",
    'len((1,2))',
    'hex(1.5)',
    'hex(-255)',
    'hex(True)',
  ],
  ...[
    'bool(())',
    "bool('a')",
    'str(1.0)',
    'str((1,"a"))',
    'float(3)',
    'float(10**400)',
    'undefined_name',
    '1 if 0 else 2',
  ],
  ...['0x10+0b11+0o7', '1_000', '1 .5', '.5+5.', '1e3', '10 if 1 else 1/0', '0 and 1/0', '1 or 1/0', '1 < 0 < 1/0'],
];

const FORMATS: readonly string[] = [
  ...[
    "'%d'%'a'",
    "'%x'%1.5",
    "'%d'%(1,2)",
    "'%d %d'%1",
    "'abc'%5",
    "'%c'%65",
    "'%c'%'ab'",
    "'%c'%-1",
    "'%(a)s'%5",
    "'abc'%()",
  ],
  ...["'%5.3d|%-5d|%+d|%05d|% d'%(5,5,5,5,5)", "'%#x'%255", "'%.3s|%5s|%-5s|'%('abcdef','x','y')", "'%q'%1", "'%'%()"],
  ...[
    "'%s'%None",
    "'%s'%(1.0,)",
    "'%s'%((1,2),)",
    "'%*d'%(5,3)",
    "'%-*d|'%(5,3)",
    "'%.*f'%(2,3.14159)",
    "'%r %a'%('a',1)",
  ],
  ...[
    "'%i %u'%(1.9,2)",
    "'%#o %o'%(8,8)",
    "'%X'%255",
    "'%#X'%255",
    "'%x'%-255",
    "'%08.3f'%-1.5",
    "'%+.2f'%1",
    "'%% %d%%'%5",
  ],
  ...[
    "'%f'%True",
    "'%f'%'a'",
    "'%.0f'%2.5",
    "'%.0f'%3.5",
    "'%.50f'%0.1",
    "'%f'%1e20",
    "'%d'%1e300",
    "'%d'%float('inf')",
  ],
  ...[
    "'%e'%12345.678",
    "'%.3e'%0.00012345",
    "'%e'%0",
    "'%.0e'%15",
    "'%E'%1e100",
    "'%.1e'%9.99",
    "'%e'%-1.0",
    "'%#.0e'%5.0",
  ],
  ...[
    "'%g'%1e20",
    "'%g'%0.0001",
    "'%g'%0.00001",
    "'%g'%100000",
    "'%g'%1000000",
    "'%.3g'%1234.5",
    "'%.0g'%25.0",
    "'%#g'%1.0",
  ],
  ...[
    "'%G'%1e-10",
    "'%f %e %g'%(float('inf'),float('nan'),-float('inf'))",
    "'%06d'%float('5.5')",
    "'%.3d'%-5",
    "'%ld'%5",
  ],
  ...[
    "'%5%|'%()",
    "'%+5d|% 5d'%(3,3)",
    "'%-05d|'%3",
    "'%s %s'%(1,)",
    "'%.2r'%'abcdef'",
    "'%d'%None",
    "'%*d'%('a',1)",
    "'%5c|'%'x'",
  ],
  ...[
    "'%#.3g|%#.0f'%(1.0,3.0)",
    "'%g'%123456789.0",
    "'%g'%0.1",
    "'%.17g'%0.1",
    "'%.100g'%0.1",
    "'%G'%float('inf')",
    "'%05s|'%'a'",
  ],
];

describe('an expression means what it means in Python', () => {
  const all = [...EXPRESSIONS, ...FORMATS];
  let truth: readonly PythonResult[] = [];
  beforeAll(() => {
    truth = python(all.map((expression) => `print(repr(${expression}))`));
  });

  it.each(all.map((expression, index) => [expression, index] as const))('%s', (expression, index) => {
    const foreign = /1 \.5/.test(expression);
    const code = block(`print(repr(${expression}))`);
    expect(code.program === undefined).toBe(foreign);
    if (!foreign) expectSame(code.text, truth[index]);
  });
});

function resultOf(text: string): CodeResult {
  return new CodeRunner().run(block(text), sample());
}

function expectSame(text: string, expected: PythonResult | undefined): void {
  const { failure, printed } = resultOf(text);
  const { line, error, message } = failure ?? {};
  const observed = { line, error, message, printed: printed.map((one) => `${one}\n`).join('') };
  // The words of Python's errors change from version to version; those of assertions are the script's.
  const isWorded = error !== undefined && error !== 'AssertionError';
  const wanted = {
    line: expected?.line,
    error: expected?.error,
    message: expected?.message,
    printed: expected?.printed,
  };
  expect({ text, ...observed, ...(isWorded ? { message: '' } : {}) }).toEqual({
    text,
    ...wanted,
    ...(isWorded ? { message: '' } : {}),
  });
}

describe('programs', () => {
  it('print and fail as in Python, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(programText(), { minLength: 200, maxLength: 200 }), (texts) => {
        const own = texts.filter((text) => block(text).program !== undefined);
        expect(own.length).toBe(texts.length);
        // What is too large for packetspec may be too large for this machine.
        const bounded = own.filter((text) => resultOf(text).failure?.error !== 'LimitError');
        python(bounded).forEach((expected, index) => expectSame(bounded[index] ?? '', expected));
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it.each([
    ['9**9**9', 'LimitError'],
    ["'a' * 10 ** 9", 'LimitError'],
    ['1 << (1 << 70)', 'LimitError'],
    ["'%999999999d' % 1", 'LimitError'],
    ['(-8) ** 0.5', 'LimitError'],
  ])('%s is not worked out', (text, error) => {
    expect(resultOf(text).failure?.error).toBe(error);
  });

  it('that grow without end are stopped', () => {
    const doubling = `a = (1, 1)\n${'a = (a, a)\n'.repeat(200)}`;
    expect(resultOf(doubling).failure?.error).toBe('LimitError');
    const squaring = `a = 3\n${'a *= a\n'.repeat(100)}`;
    expect(resultOf(squaring).failure?.error).toBe('LimitError');
  });
});
