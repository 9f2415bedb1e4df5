import { describe, expect, it } from 'vitest';
import { printBound } from '../../../src/spec/kernel-bound';
import { goodSteps, parseText, renderAll, troublesOf } from '../support';

function conditions(steps: string): readonly string[] {
  return goodSteps(steps).map(({ kernel }) => (kernel ?? []).map(printBound).join(' '));
}

describe('the kernels on which a step counts', () => {
  it.each([
    ['kernel >= 6.4', '>=6.4'],
    ['kernel<6', '<6.0'],
    ['kernel = 6.12', '=6.12'],
    ['kernel >= 5.15, kernel < 6.9', '>=5.15 <6.9'],
    ['kernel >= 5.15 < 6.9', '>=5.15 <6.9'],
    ['[kernel >= 5.15, kernel < 6.9]', '>=5.15 <6.9'],
    ['kernel > 6.10', '>6.10'],
  ])('when: %s', (text, expected) => {
    expect(conditions(`  - wait: 1s\n    when: ${text}\n  - wait: 2s`)).toEqual([expected, '']);
  });

  it('hold for all that a `repeat` repeats, and for all that one step becomes', () => {
    const steps = `
  - repeat: 2
    when: kernel >= 6.1
    steps:
      - inject: S 0:0(0) win 1000
      - expect: S. 0:0(0) ack 1
        when: kernel < 6.9
  - retransmit: { segment: S. 0:0(0) ack 1, times: 2, first: 1s, then: { silence: 1s } }
    when: kernel < 6.1
  - script: |
      +0 < . 1:1(0) ack 1 win 1000
    when: kernel = 6.1`;
    expect(conditions(steps)).toEqual([
      ...['>=6.1', '>=6.1 <6.9', '>=6.1', '>=6.1 <6.9'],
      ...['<6.1', '<6.1', '<6.1'],
      '=6.1',
    ]);
  });

  it('may hang on a variable', () => {
    const text = 'name: test\nvariables: { since: "6.4" }\nsteps:\n  - wait: 1s\n    when: kernel >= ${since}';
    const { specs, diagnostics } = parseText(text);
    expect(renderAll(text, diagnostics)).toBe('');
    expect(specs[0]?.steps[0]?.kernel).toEqual([{ operator: '>=', major: 6, minor: 4 }]);
  });
});

describe('names that two kernels have from different steps', () => {
  const twice = (first: string, second: string): string => `
  - call: socket(..., SOCK_STREAM, IPPROTO_TCP) = s
    ${first}
  - call: socket(..., SOCK_STREAM, 0) = s
    ${second}
  - mark: here
    ${first}
  - mark: here
    ${second}`;

  it('are no duplicates', () => {
    expect(troublesOf(twice('when: kernel < 6.4', 'when: kernel >= 6.4'))).toEqual([]);
  });

  it('are duplicates where one of the two is for all', () => {
    const found = ['duplicate-name: s', 'duplicate-name: here'];
    expect(troublesOf(twice('', 'when: kernel >= 6.4'))).toEqual(found);
    expect(troublesOf(twice('when: kernel >= 6.4', ''))).toEqual(found);
  });
});

it('a wait that only some kernels have leaves the time of later steps open', () => {
  expect(troublesOf('  - wait: 5s\n    when: kernel < 6\n  - mark: m\n    at: 1s')).toEqual([]);
});

describe('what is no condition', () => {
  it.each([
    ['6.4', ['wrong-type: 6.4']],
    ['">= 6.4"', ['bad-value: >= 6.4']],
    ['linux >= 6.4', ['bad-value: linux >= 6.4']],
    ['kernel', ['bad-value: kernel']],
    ['kernel >= six', ['bad-value: >= six']],
    ['kernel >= 6.4, arch = arm', ['bad-value: arch = arm']],
    ['[kernel >= 6.4, 7]', ['wrong-type: 7']],
    ['kernel >= 6.4, kernel < 6.4', ['bad-value: kernel >= 6.4, kernel < 6.4']],
    ['{ kernel: 6 }', ['missing-key: when']],
  ])('when: %s', (text, expected) => {
    expect(troublesOf(`  - wait: 1s\n    when: ${text}`).map((one) => one.trimEnd())).toEqual(expected);
  });

  it('is told with its place and a way out', () => {
    const text = 'name: t\nsteps:\n  - wait: 1s\n    when: kernels >= 6.4';
    expect(renderAll(text, parseText(text).diagnostics)).toBe(
      [
        'error[bad-value]: `kernels >= 6.4` is not a condition on the kernel',
        ' --> spec.yaml:4:11',
        '  |',
        '4 |     when: kernels >= 6.4',
        '  |           ^^^^^^^^^^^^^^',
        '  hint: for example `when: kernel >= 6.4`, or `when: kernel >= 5.15, kernel < 6.9`',
      ].join('\n'),
    );
  });

  it('is a range that the `repeat` around it rules out', () => {
    const steps = '  - repeat: 2\n    when: kernel < 6.1\n    steps:\n      - wait: 1s\n        when: kernel > 6.9';
    expect(troublesOf(steps)).toEqual(['bad-value: kernel > 6.9']);
  });
});
