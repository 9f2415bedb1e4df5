/**
 * A host elsewhere as the kernel under test: the network of a run against it, and what is left of a timeline when nobody
 * on that host answers questions.
 */
import type { IpVersion } from '../wire/wire';
import type { Connection, HarnessPort, LeftOut, Network, Timeline, TimelineStep } from './timeline';

export interface Target {
  readonly address: string;
  readonly version: IpVersion;
  /** The address of this host on the way there. */
  readonly source: string;
  /** The device of this host on the way there, and what it carries at most. */
  readonly device: string;
  readonly mtu: number;
  /** What listens there; absent: the port of the spec. */
  readonly port?: number;
  /** Whether an agent there looks at queues and makes system calls. */
  readonly hasAgent: boolean;
}

const NO_AGENT = 'there is no agent on the target (--agent)';
const HOST_BITS = { 4: 32, 6: 128 } as const;

/** The network between this host and the target: both have one address each. The run's ports are not known yet. */
export function networkTo({ address, version, source, mtu }: Target): Network {
  return {
    link: 'target',
    ipVersion: version,
    localAddress: address,
    localPrefixLength: HOST_BITS[version],
    remoteAddress: source,
    remotePrefixLength: HOST_BITS[version],
    mtu,
    superSegments: false,
  };
}

/** The timeline with the ports of both hosts in its network. */
export function withEnds(timeline: Timeline, { device, port, hasAgent }: Target): Timeline {
  const { connections, localPort, network, steps } = timeline;
  const sampled = steps.flatMap(({ action }) =>
    action.kind === 'sample' && 'port' in action.sample && action.sample.port !== undefined ? [action.sample.port] : [],
  );
  const ports = [localPort, ...connections.flatMap((one) => one.localPort ?? []), ...sampled];
  const target = {
    device,
    harnessPorts: harnessPortsOf(connections),
    ports: [...new Set(ports)],
    ...(!hasAgent && (port !== undefined || listens(timeline)) ? { needsListener: true as const } : {}),
  };
  return { ...timeline, network: { ...network, target } };
}

function listens({ server, steps }: Timeline): boolean {
  return server !== undefined || steps.some(({ action }) => action.kind === 'call' && action.call.name === 'listen');
}

/** Each once. */
function harnessPortsOf(connections: readonly Connection[]): readonly HarnessPort[] {
  const found = new Map<string, HarnessPort>();
  for (const { protocol, remotePort: port } of connections) {
    if (protocol !== 'icmp') found.set(`${protocol} ${port}`, { protocol, port });
  }
  return [...found.values()];
}

/**
 * What can be done without anybody on the target: segments are sent and judged; calls, samples, sysctls and the server
 * are left out, and named. A step that is left out still takes its time, from which others may count.
 */
export function withoutEyes({ server, sysctls, watchesQueues: _queues, events: _events, ...rest }: Timeline): Timeline {
  const leftOut: readonly Omit<LeftOut, 'reason'>[] = [
    ...sysctls.map(({ name, value, place }) => ({ place, label: `sysctl ${name} = ${value}` })),
    ...(server === undefined ? [] : [{ place: server.place, label: `server: ${server.command}` }]),
    ...rest.steps.filter(needsEyes).map(({ place, label }) => ({ place, label })),
  ];
  return {
    ...rest,
    sysctls: [],
    steps: rest.steps.map((step) => (needsEyes(step) ? waiting(step) : step)),
    ...(leftOut.length === 0 ? {} : { leftOut: leftOut.map((one) => ({ ...one, reason: NO_AGENT })) }),
  };
}

/** A step that counts on some kernels only needs somebody to say which kernel it is. */
function needsEyes({ action, kernel }: TimelineStep): boolean {
  return kernel !== undefined || ['call', 'sample', 'events', 'sysctl', 'mark', 'code'].includes(action.kind);
}

function waiting({ kernel: _kernel, ...step }: TimelineStep): TimelineStep {
  return { ...step, action: { kind: 'wait' } };
}
