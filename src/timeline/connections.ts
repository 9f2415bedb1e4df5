/** Every connection that a spec names, with its role, addresses and ports. */
import { present } from '../base/assert';
import { reachesOut } from '../spec/arguments';
import type { Diagnostic } from '../spec/diagnostic';
import type { ConnectionDeclaration, Spec, Step } from '../spec/model';
import { formatAddress, parseAddress } from '../wire/address';
import type { Connection, Network } from './timeline';

/** The port that listens, and that connect() goes to, when a spec names none: packetdrill's. */
export const DEFAULT_PORT = 8080;

/** The connection that a step without `connection:` belongs to. */
export const DEFAULT_CONNECTION = 'default';

const FIRST_REMOTE_PORT = 40_001;
/** With a target elsewhere the ports are those of this host, which takes ports above 32768 for its own connections. */
const FIRST_OWN_PORT = 20_001;
const PORTS = 65_536;

export interface ConnectionTable {
  readonly connections: readonly Connection[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly diagnostics: readonly Diagnostic[];
}

/** What `...` stands for in bind(). */
export function listeningPort({ server, network }: Spec): number {
  return server?.port ?? network.bindPort ?? DEFAULT_PORT;
}

/**
 * Gives each connection its ports, in order of first use.
 * @param localPort what the kernel under test listens on, where a connection does not say
 */
export function layOutConnections(spec: Spec, network: Network, localPort = listeningPort(spec)): ConnectionTable {
  const declared = new Map(spec.connections.map((declaration) => [declaration.name, declaration]));
  const active = namesThatConnect(spec.steps);
  const taken = new Set(spec.connections.flatMap((one) => (one.remotePort === undefined ? [] : [one.remotePort])));
  const diagnostics: Diagnostic[] = [];
  const connections: Connection[] = [];
  const firstPort = network.link === 'target' ? FIRST_OWN_PORT : FIRST_REMOTE_PORT;
  let nextPort = firstPort;

  for (const name of namesInOrder(spec)) {
    const declaration = declared.get(name);
    const role = declaration?.role ?? (active.has(name) ? 'active' : 'passive');
    while (taken.has(nextPort)) nextPort++;
    const remotePort = declaration?.remotePort ?? (role === 'active' ? DEFAULT_PORT : nextPort++);
    if (remotePort >= PORTS) {
      diagnostics.push(tooManyConnections(spec, firstPort));
      break;
    }
    diagnostics.push(...addressMistakes(declaration, network));
    connections.push({
      index: connections.length,
      name,
      role,
      protocol: declaration?.protocol ?? 'tcp',
      localAddress: network.localAddress,
      localPort: declaration?.localPort ?? (role === 'active' ? undefined : localPort),
      remoteAddress: canonical(declaration?.remoteAddress) ?? network.remoteAddress,
      remotePort,
    });
  }
  diagnostics.push(...sharedTuples(connections, declared));
  return { connections, indexOf: new Map(connections.map((one) => [one.name, one.index])), diagnostics };
}

function namesInOrder(spec: Spec): readonly string[] {
  const names = new Set<string>();
  for (const step of spec.steps) for (const name of namesUsedBy(step)) names.add(name);
  for (const declaration of spec.connections) names.add(declaration.name);
  return [...names];
}

function namesUsedBy({ action, connection }: Step): readonly string[] {
  const own = connection?.name;
  switch (action.kind) {
    case 'group':
      return action.members.map((member) => member.connection?.name ?? DEFAULT_CONNECTION);
    case 'inject':
    case 'expect':
      return [own ?? DEFAULT_CONNECTION];
    case 'call':
      return own === undefined && !reachesOut(action.call) ? [] : [own ?? DEFAULT_CONNECTION];
    default:
      return own === undefined ? [] : [own];
  }
}

/** Those that begin with a call that reaches out; to reach out on a connection that came in makes it no other. */
function namesThatConnect(steps: readonly Step[]): ReadonlySet<string> {
  const names = new Set<string>();
  const begun = new Set<string>();
  for (const step of steps) {
    const { action } = step;
    const connects = action.kind === 'call' && reachesOut(action.call);
    if (action.kind === 'call' && !connects) continue;
    for (const name of namesUsedBy(step)) {
      if (connects && !begun.has(name)) names.add(name);
      begun.add(name);
    }
  }
  return names;
}

function canonical(address: string | undefined): string | undefined {
  const parsed = address === undefined ? undefined : parseAddress(address);
  return parsed === undefined ? undefined : formatAddress(parsed.bytes);
}

function addressMistakes(declaration: ConnectionDeclaration | undefined, network: Network): readonly Diagnostic[] {
  const text = declaration?.remoteAddress;
  if (declaration === undefined || text === undefined) return [];
  const address = parseAddress(text);
  const route = present(parseAddress(network.remoteAddress), 'the remote address');
  if (address !== undefined && address.version !== network.ipVersion) {
    return [
      {
        severity: 'error',
        code: 'bad-value',
        span: declaration.span,
        message: `remote address ${text} of connection \`${declaration.name}\` is not an IPv${network.ipVersion} address`,
        hint: 'restrict the spec with `ip: [ipv4]` or `ip: [ipv6]`, or leave the address out',
      },
    ];
  }
  if (address !== undefined && samePrefix(address.bytes, route.bytes, network.remotePrefixLength)) return [];
  return [
    {
      severity: 'error',
      code: 'bad-value',
      span: declaration.span,
      message: `remote address ${text} of connection \`${declaration.name}\` is outside the simulated remote network`,
      hint: `choose one in ${network.remoteAddress}/${network.remotePrefixLength}`,
    },
  ];
}

function samePrefix(left: Uint8Array, right: Uint8Array, bits: number): boolean {
  const whole = Math.floor(bits / 8);
  for (let index = 0; index < whole; index++) if (left[index] !== right[index]) return false;
  const mask = (0xff00 >> (bits % 8)) & 0xff;
  return ((left[whole] ?? 0) & mask) === ((right[whole] ?? 0) & mask);
}

function sharedTuples(
  connections: readonly Connection[],
  declared: ReadonlyMap<string, ConnectionDeclaration>,
): readonly Diagnostic[] {
  const owner = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const { name, localPort, remoteAddress, remotePort } of connections) {
    const key = `${localPort ?? 'learned'} ${remoteAddress} ${remotePort}`;
    const other = localPort === undefined ? undefined : owner.get(key);
    const span = declared.get(name)?.span ?? declared.get(other ?? '')?.span;
    if (other !== undefined && span !== undefined) {
      diagnostics.push({
        severity: 'error',
        code: 'duplicate-name',
        span,
        message: `connections \`${other}\` and \`${name}\` have the same addresses and ports`,
        hint: 'give one of them another `remote_port`',
      });
    }
    owner.set(key, name);
  }
  return diagnostics;
}

function tooManyConnections(spec: Spec, firstPort: number): Diagnostic {
  return {
    severity: 'error',
    code: 'out-of-range',
    span: present(spec.steps[0], 'the first step').span,
    message: `the spec uses more connections than there are remote ports above ${firstPort}`,
    hint: 'repeat less often, or give connections remote addresses of their own',
  };
}
