import { describe, expect, it } from 'vitest';
import { NS_PER_MS } from '../../src/base/nanoseconds';
import type { Spec } from '../../src/spec/model';
import { compile } from '../../src/timeline/compile';
import type { Target } from '../../src/timeline/target';
import type { Timeline } from '../../src/timeline/timeline';
import { present } from '../../src/base/assert';
import { after, callOf, field, SPAN, seg, socketNamed } from '../support/builders';
import { specOf, specStep } from '../support/specs';

const TARGET: Target = {
  address: '203.0.113.7',
  version: 4,
  source: '203.0.113.1',
  device: 'eth0',
  mtu: 1400,
  hasAgent: true,
};

function compiled(fields: Partial<Spec>, target: Partial<Target> = {}): Timeline {
  const { timelines, diagnostics } = compile(specOf(fields), { target: { ...TARGET, ...target } });
  expect(diagnostics).toEqual([]);
  return present(timelines[0], 'a timeline');
}

const SYN = specStep({ kind: 'inject', packet: seg('S', { seq: 0, length: 0 }) });
const QUEUE = specStep({ kind: 'sample', sample: { kind: 'queue', port: 443, fields: [field('accept', 0)] } });

describe('a run against a host elsewhere', () => {
  it('has the addresses of both hosts, whatever the spec says', () => {
    const { network, connections } = compiled({ network: { localAddress: '10.0.0.1' }, steps: [SYN] });
    expect(network).toMatchObject({
      link: 'target',
      localAddress: '203.0.113.7',
      remoteAddress: '203.0.113.1',
      mtu: 1400,
    });
    expect(connections[0]).toMatchObject({
      localAddress: '203.0.113.7',
      remoteAddress: '203.0.113.1',
      localPort: 8080,
    });
  });

  it('takes ports that Linux does not give to connections by itself', () => {
    const steps = [SYN, { ...SYN, connection: { name: 'other', span: SPAN } }];
    const { network } = compiled({ steps });
    // net.ipv4.ip_local_port_range begins at 32768.
    const ports = network.target?.harnessPorts ?? [];
    expect(ports).toEqual([20_001, 20_002].map((port) => ({ protocol: 'tcp', port })));
  });

  it('names the ports of the target: what listens, and what samples ask for', () => {
    expect(compiled({ steps: [SYN, QUEUE] }, { port: 80 }).network.target?.ports).toEqual([80, 443]);
  });

  it('knows that somebody must listen, where no agent can say whether that is so', () => {
    const server = { kind: 'command', command: 'httpd', port: 80, readyWithinNs: 0, span: SPAN } as const;
    const needs = (fields: Partial<Spec>, target: Partial<Target>) =>
      compiled(fields, target).network.target?.needsListener;
    expect(needs({ server, steps: [SYN] }, { hasAgent: false })).toBe(true);
    const listener = { kind: 'listener', port: 80, backlog: 5, options: [], span: SPAN } as const;
    expect(needs({ server: listener, steps: [SYN] }, { hasAgent: false })).toBe(true);
    expect(needs({ steps: [SYN] }, { hasAgent: false, port: 80 })).toBe(true);
    // A spec may be about a port that is closed.
    expect(needs({ steps: [SYN] }, { hasAgent: false })).toBeUndefined();
    expect(needs({ server, steps: [SYN] }, {})).toBeUndefined();
  });

  it('is made for the IP version of the address alone', () => {
    const ip = ['ipv4', 'ipv6', 'ipv4-mapped'] as const;
    const variants = (version: 4 | 6) =>
      compile(specOf({ ip: [...ip] }), { target: { ...TARGET, version } }).timelines.map(({ variant }) => variant.ip);
    expect(variants(4)).toEqual(['ipv4', 'ipv4-mapped']);
    expect(variants(6)).toEqual(['ipv6']);
  });

  it('leaves nothing out when somebody looks', () => {
    const { leftOut, steps } = compiled({ steps: [SYN, QUEUE] });
    expect(leftOut).toBeUndefined();
    expect(steps.map(({ action }) => action.kind)).toEqual(['inject', 'sample']);
  });
});

describe('without anybody on the target', () => {
  const call = callOf('close', [socketNamed('server')], 0);
  const kernel = [{ operator: '>=', major: 6, minor: 5 }] as const;
  const timeline = compiled(
    {
      sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '0', span: SPAN }],
      server: { kind: 'command', command: 'httpd', port: 80, readyWithinNs: 0, span: SPAN },
      steps: [SYN, QUEUE, specStep({ kind: 'call', call }, { when: after(5 * NS_PER_MS) }), { ...SYN, kernel }],
    },
    { hasAgent: false },
  );

  it('steps that need somebody take their time, and nothing else', () => {
    expect(timeline.steps.map(({ action }) => action.kind)).toEqual(['inject', 'wait', 'wait', 'wait']);
    expect(timeline.steps[2]?.when).toEqual(after(5 * NS_PER_MS));
  });

  it('everything that is not done is named', () => {
    expect(timeline.leftOut?.map(({ label }) => label)).toEqual([
      'sysctl net.ipv4.tcp_syncookies = 0',
      'server: httpd',
      'sample',
      'call',
      'inject',
    ]);
    expect(timeline.sysctls).toEqual([]);
    expect(timeline.server).toBeUndefined();
    const { timelines } = compile(specOf(), { watchesQueues: true, target: { ...TARGET, hasAgent: false } });
    expect(timelines[0]).not.toHaveProperty('watchesQueues');
    expect(new Set(timeline.leftOut?.map(({ reason }) => reason))).toEqual(
      new Set(['there is no agent on the target (--agent)']),
    );
  });
});
