import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse';
import { compile } from '../../src/timeline/compile';
import type { Target } from '../../src/timeline/target';

const TARGET: Target = {
  address: '203.0.113.7',
  version: 4,
  source: '203.0.113.1',
  device: 'eth0',
  mtu: 1500,
  hasAgent: true,
};

/** Line and message of everything that is refused. */
function refusals(path: string, text: string): readonly string[] {
  const file = { path, text };
  const pkt = { defines: new Map<string, string>(), options: new Map<string, string>(), gate: true };
  const { specs } = parseSpec(file, { set: new Map(), maxCombinations: 1, pkt });
  expect(specs.length).toBeGreaterThan(0);
  return specs.flatMap((spec) =>
    compile(spec, { target: TARGET }).diagnostics.map(({ span, message, hint }) => {
      expect(hint).toContain('without --target');
      return `${text.slice(0, span.start).split('\n').length}: ${message}`;
    }),
  );
}

const NOT = 'this cannot be done with --target:';

describe('refused with its place, before anything runs', () => {
  it('a flood, whose peers are nobody', () => {
    expect(
      refusals('a.yaml', 'name: a\nip: ipv4\nsteps:\n  - flood: { segment: "S 0:0(0) win 1", count: 9 }\n'),
    ).toEqual([`4: ${NOT} a flood, since its peers have addresses that are not this host's`]);
  });

  it('an MTU that the way there does not have', () => {
    expect(refusals('a.yaml', 'name: a\nip: ipv4\nmtu: 1400\nsteps:\n  - wait: 1ms\n')).toEqual([
      `1: ${NOT} an MTU of 1400, where the way there has 1500`,
    ]);
    expect(refusals('a.yaml', 'name: a\nip: ipv4\nmtu: 1500\nsteps:\n  - wait: 1ms\n')).toEqual([]);
  });

  it('a wrong IPv4 header, which this host would mend', () => {
    const text = 'name: a\nip: ipv4\nsteps:\n  - inject: S 0:0(0) win 1\n    malformed: { ip_checksum: 1 }\n';
    expect(refusals('a.yaml', text)).toEqual([`4: ${NOT} a wrong IPv4 header or length (ip_checksum)`]);
  });

  it('shell commands of a script, wherever they stand', () => {
    const script = '`./defaults.sh`\n0 < S 0:0(0) win 1\n+0 `true`\n';
    const found = refusals('a.pkt', script);
    expect(found).toEqual(
      [1, 3].map((line) => `${line}: ${NOT} a shell command, since what it changes there could not be undone`),
    );
  });

  it('a card that a script wishes for', () => {
    expect(refusals('a.pkt', '--speed=1000\n--mss=500\n0 < S 0:0(0) win 1\n')).toEqual([
      `2: ${NOT} merged segments (--mss)`,
      `1: ${NOT} a speed (--speed)`,
    ]);
  });
});
