import { describe, expect, it } from 'vitest';
import { planSuite, type PlanSettings } from '../../src/suite/plan';

const SETTINGS: PlanSettings = { set: new Map(), maxCombinations: 100 };

const GOOD = {
  path: 'specs/accept/full.yaml',
  text: `name: A full accept queue
about: a sample
source: RFC 9293
ip: [ipv4, ipv6]
server: { listen: 8080, backlog: 5 }
steps:
  - inject: S 0:0(0) win 64240
  - expect: S. 0:0(0) ack 1
`,
};

const MATRIX = {
  path: 'specs/syn/matrix.yaml',
  text: GOOD.text
    .replace('name: A full accept queue', 'name: Another\nmatrix: { backlog: [1, 2, 3] }')
    .replace('backlog: 5 }', 'backlog: "${backlog}" }'),
};

function labels(settings: Partial<PlanSettings>, ...files: readonly (typeof GOOD)[]): readonly string[] {
  const { runs, rejected } = planSuite(files, { ...SETTINGS, ...settings });
  expect(rejected.flatMap(({ diagnostics }) => diagnostics.map(({ message }) => message))).toEqual([]);
  return runs.map(({ timeline }) => `${timeline.name} [${timeline.variant.label}]`);
}

describe('runs', () => {
  it('one for each IP variant', () => {
    expect(labels({}, GOOD)).toEqual(['A full accept queue [ipv4]', 'A full accept queue [ipv6]']);
  });

  it('one for each combination and IP variant, numbered through', () => {
    const { runs } = planSuite([GOOD, MATRIX], SETTINGS);
    expect(runs.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(labels({}, MATRIX)).toContain('Another [ipv6 backlog=3]');
  });

  it('--set pins an axis', () => {
    expect(labels({ set: new Map([['backlog', '2']]) }, MATRIX)).toEqual([
      'Another [ipv4 backlog=2]',
      'Another [ipv6 backlog=2]',
    ]);
  });

  it('--ip leaves the others out', () => {
    expect(labels({ onlyIp: ['ipv6'] }, GOOD)).toEqual(['A full accept queue [ipv6]']);
    expect(labels({ onlyIp: ['ipv4-mapped'] }, GOOD)).toEqual([]);
  });
});

describe('--filter', () => {
  it.each([
    ['ACCEPT/', 2],
    ['another', 6],
    ['ipv6', 4],
    ['backlog=3', 2],
    ['nothing of that kind', 0],
    ['', 8],
  ])('%j keeps %d runs', (filter, count) => {
    const { runs } = planSuite([GOOD, MATRIX], { ...SETTINGS, filter });
    expect(runs).toHaveLength(count);
    expect(runs.map(({ index }) => index)).toEqual(runs.map((_, place) => place));
  });
});

describe('rejected', () => {
  it('every mistake of every file, once although several variants and combinations find it, in the order of the text', () => {
    const bad = {
      path: 'bad.yaml',
      text: `${MATRIX.text}  - connection: x\n    inject: icmp unreachable no_such_code\n  - expect: Q. 0:0(0)\nfoo: 1\n`,
    };
    const { rejected, runs } = planSuite([bad, GOOD, { path: 'worse.yaml', text: '{' }], SETTINGS);
    expect(rejected.map(({ file }) => file.path)).toEqual(['bad.yaml', 'worse.yaml']);
    expect(runs).toHaveLength(2);
    const [first] = rejected;
    const starts = first?.diagnostics.map(({ span }) => span.start) ?? [];
    expect(starts.length).toBeGreaterThanOrEqual(2);
    expect(starts).toEqual([...starts].sort((left, right) => left - right));
    expect(new Set(first?.diagnostics.map(({ code, message, span }) => `${span.start} ${code} ${message}`)).size).toBe(
      starts.length,
    );
  });

  it('what only the compiler can see is found once for six runs', () => {
    const bad = {
      path: 'bad.yaml',
      text: MATRIX.text.replace('  - inject: S', '  - inject: icmp packet_too_big mtu 1280\n  - inject: S'),
    };
    const { rejected } = planSuite([bad], SETTINGS);
    expect(rejected[0]?.diagnostics.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'bad-segment' },
    ]);
  });
});
