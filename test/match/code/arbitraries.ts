/** Random programs of the subset of Python that packetspec evaluates itself. */
import fc from 'fast-check';

const NAMES = ['a', 'b', 'c'];

const literal = fc.oneof(
  fc.integer({ min: -20, max: 20 }).map(String),
  fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(floatLiteral),
  fc.constantFrom('0.5', '-2.5', '1e3', '0.1', '3.0', '0x1f', '0b101', '1_000'),
  fc.constantFrom("'ab'", '"c"', "''", "'x\\n'", "'it\\'s'", 'True', 'False', 'None', '()', '(1, 2)'),
);

/** How Python would write it, which is one way in which it can be read. */
function floatLiteral(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const format = fc.constantFrom(
  ...["'%d'", "'%s|%s'", "'%5.2f'", "'%x'", "'%+d'", "'%-8s|'", "'%08.3f'", "'%r'", "'%g'", "'%.3e'", "'%i%%'"],
);

const expressionText = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.oneof(literal, fc.constantFrom(...NAMES)),
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/', '//', '%', '&', '|', '^'), tie('expression'))
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '//', '%', '&', '|', '^'), tie('expression'))
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
    fc
      .tuple(tie('expression'), fc.constantFrom('<<', '>>'), fc.integer({ min: -1, max: 70 }))
      .map(([left, operator, right]) => `(${left}) ${operator} ${right}`),
    fc
      .tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 40 }))
      .map(([left, right]) => `${left} ** ${right}`),
    fc
      .tuple(tie('expression'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('expression'))
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([one, two, three]) => `(${one}) <= (${two}) < (${three})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('in', 'not in'), tie('expression'), tie('expression'))
      .map(([value, operator, one, two]) => `((${value}) ${operator} [${one}, ${two}])`),
    fc
      .tuple(tie('expression'), fc.constantFrom('and', 'or'), tie('expression'))
      .map(([left, operator, right]) => `(${left}) ${operator} ${right}`),
    fc.tuple(fc.constantFrom('not ', '-', '+', '~'), tie('expression')).map(([sign, value]) => `(${sign}(${value}))`),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([then, test, otherwise]) => `(${then} if ${test} else ${otherwise})`),
    fc
      .tuple(
        fc.constantFrom('abs', 'bool', 'float', 'hex', 'int', 'len', 'repr', 'round', 'str', 'min', 'max'),
        tie('expression'),
      )
      .map(([name, value]) => `${name}(${value})`),
    fc
      .tuple(fc.constantFrom('min', 'max'), tie('expression'), tie('expression'))
      .map(([name, one, two]) => `${name}(${one}, ${two})`),
    // Python itself works for minutes on round(1, -10**25).
    fc
      .tuple(tie('expression'), fc.integer({ min: -30, max: 30 }))
      .map(([value, places]) => `round(${value}, ${places})`),
    fc.tuple(tie('expression'), tie('expression')).map(([one, two]) => `(${one}, ${two})`),
    fc.tuple(format, tie('expression')).map(([text, value]) => `${text} % (${value})`),
    fc.tuple(format, tie('expression'), tie('expression')).map(([text, one, two]) => `${text} % (${one}, ${two})`),
  ),
})).expression;

const simple = fc.oneof(
  fc.tuple(fc.constantFrom(...NAMES), expressionText).map(([name, value]) => `${name} = ${value}`),
  fc
    .tuple(fc.constantFrom(...NAMES), fc.constantFrom('+=', '-=', '*=', '//=', '%=', '|='), literal)
    .map(([name, operator, value]) => `${name} ${operator} ${value}`),
  fc.tuple(expressionText, expressionText).map(([one, two]) => `a, b = ${one}, ${two}`),
  expressionText.map((value) => `a = b = ${value}`),
  expressionText.map((value) => `print(${value})`),
  fc.tuple(expressionText, expressionText).map(([one, two]) => `print(${one}, ${two})`),
  expressionText.map((test) => `assert ${test}`),
  fc.tuple(expressionText, expressionText).map(([test, message]) => `assert ${test}, ${message}`),
  fc.constant('pass'),
);

const line = fc.oneof(
  simple,
  fc.tuple(simple, simple).map(([one, two]) => `${one}; ${two}`),
  fc.tuple(simple, simple).map(([one, two]) => `${one}; \\\n   ${two};`),
  simple.map((one) => `${one}  # and why`),
  fc.constant(''),
  fc.tuple(expressionText, simple).map(([test, then]) => `if ${test}: ${then}`),
  fc
    .tuple(expressionText, simple, expressionText, simple, simple)
    .map(
      ([test, then, other, or, otherwise]) =>
        `if ${test}:\n  ${then}\n\nelif ${other}:\n  pass\n  ${or}\nelse: ${otherwise}`,
    ),
);

/** Some lines; names are bound before most of them. */
export function programText(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min: 0, max: 9 }), fc.array(line, { minLength: 1, maxLength: 6 }))
    .map(([bound, lines]) => `${bound > 0 ? 'a, b, c = 3, 4.5, 7\n' : ''}${lines.join('\n')}`);
}
