/** Texts of megabytes take the time that reading them takes: nothing in them is gone over again and again. */
import { expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse';
import { compile } from '../../src/timeline/compile';

const STEPS = 'name: x\nsteps:\n';
const SCRIPT = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n';

/** Each of them took minutes or more, or the stack, when something looked at all of the text for each of its parts. */
const TEXTS: readonly (readonly [what: string, path: string, text: () => string])[] = [
  ['blanks in the midst of code', 'x.pkt', () => `${SCRIPT}+0 %{ a = 1${' '.repeat(1_000_000)}+ 1 }%\n`],
  ['a row of stars', 'x.pkt', () => `// ${'*'.repeat(1_000_000)} x\n${SCRIPT}`],
  ['commands on one line', 'x.pkt', () => `0 \`:\`${'+0`:`'.repeat(99_000)}`],
  ['events beyond all bounds on one line', 'x.pkt', () => `0 \`:\`${'+0`:`'.repeat(1_000_000)}`],
  ['a constant of megabytes', 'x.pkt', () => `0 socket(..., SOCK_${'A'.repeat(3_000_000)}, IPPROTO_TCP) = 3\n`],
  ['NUL bytes on one line', 'x.pkt', () => SCRIPT + '\0'.repeat(1_000_000)],
  [
    'brackets on one line that is no YAML',
    'x.yaml',
    () => `${STEPS}  - x: ${'{<,'.repeat(20)}${'<'.repeat(9_000)}: 1\n`,
  ],
  ['mistakes on one line', 'x.yaml', () => `${STEPS}  - ${'"a" '.repeat(100_000)}`],
  ['mappings in mappings on one line', 'x.yaml', () => 'n: '.repeat(1_000_000)],
  ['items of one list', 'x.yaml', () => `name: x\nsteps: [${'1, '.repeat(300_000)}1]\n`],
  [
    'arguments of one function',
    'x.yaml',
    () => `name: x\nvariables: { a: "\${min(${'1,'.repeat(400_000)}1)}" }\nsteps: [wait: 1ms]\n`,
  ],
  [
    'names that nobody knows, near names that are known',
    'x.yaml',
    () =>
      `name: x\nconnections:\n${lines(4_000, (index) => `  abcdefgh${index}: {}`)}\nsteps:\n${lines(4_000, (index) => `- { silence: 1ms, connection: zbcdefgh${index} }`)}\n`,
  ],
];

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}

it.each(TEXTS)(
  '%s',
  (_what, path, text) => {
    const { specs, diagnostics } = parseSpec({ path, text: text() }, { set: new Map(), maxCombinations: 16 });
    expect(specs.length > 0).toBe(!diagnostics.some(({ severity }) => severity === 'error'));
    expect(diagnostics.length).toBeLessThanOrEqual(2_000);
    for (const spec of specs) {
      for (const { steps } of compile(spec).timelines)
        for (const { place } of steps) expect(place.text.length).toBeLessThan(500);
    }
  },
  // Seconds at the most where the machine does nothing else.
  60_000,
);
