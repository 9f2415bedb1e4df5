import { describe, expect, it } from 'vitest';
import { parseText } from '../support';

const TEXT = `
name: x
variables: { n: 5, twice: "\${n * 2}" }
matrix: { backlog: [1, 2], cc: [reno, cubic] }
server: { listen: 8080, backlog: "\${backlog}" }
steps:
  - wait: \${twice}s
`;

describe('the matrix', () => {
  it('gives one spec for each combination, in the order of the file', () => {
    const { specs } = parseText(TEXT);
    expect(specs.map(({ matrix }) => matrix)).toEqual([
      { backlog: 1, cc: 'reno' },
      { backlog: 1, cc: 'cubic' },
      { backlog: 2, cc: 'reno' },
      { backlog: 2, cc: 'cubic' },
    ]);
    expect(specs.map(({ server }) => (server?.kind === 'listener' ? server.backlog : undefined))).toEqual([1, 1, 2, 2]);
  });

  it('is empty without one', () => {
    expect(parseText('name: x\nsteps: [{ wait: 1s }]').specs.map(({ matrix }) => matrix)).toEqual([{}]);
  });

  it('is counted before it is expanded', () => {
    const axes = Array.from(
      { length: 12 },
      (_, axis) => `  a${axis}: [${Array.from({ length: 10 }, (__, value) => value).join(', ')}]`,
    );
    const { diagnostics } = parseText(`name: x\nmatrix:\n${axes.join('\n')}\nsteps: [{ wait: 1s }]`);
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['too-many-runs', 'this matrix asks for 1000000000000 runs; 256 are allowed'],
    ]);
  });

  it('tells a mistake of several combinations once', () => {
    expect(parseText(TEXT.replace('wait', 'whait')).diagnostics).toHaveLength(1);
  });
});

describe('--set', () => {
  it('overrides a variable, and those that hang on it', () => {
    const { specs } = parseText(TEXT, { n: '1' });
    expect(specs[0]?.steps[0]?.label).toBe('wait 2s');
  });

  it('pins an axis, also to a value that the file does not have', () => {
    expect(parseText(TEXT, { backlog: '7', cc: 'bbr' }).specs.map(({ matrix }) => matrix)).toEqual([
      { backlog: 7, cc: 'bbr' },
    ]);
  });

  it('warns of what looks like a slip, and is silent about what is meant for other specs', () => {
    expect(parseText(TEXT, { backlogg: '7' }).diagnostics).toMatchObject([
      { severity: 'warning', hint: 'did you mean `backlog`?' },
    ]);
    expect(parseText(TEXT, { backlogg: '7' }).specs).toHaveLength(4);
    expect(parseText(TEXT, { elsewhere: '7' }).diagnostics).toEqual([]);
  });
});
