/**
 * Everything of a spec but its steps: from the tree to the model.
 */
import { NS_PER_S } from '../../base/nanoseconds';
import { parseAddress } from '../../wire/address';
import { constantNames, constantValue } from '../constants';
import { LINK_KINDS } from '../link-kind';
import type {
  ConnectionDeclaration,
  IpVariant,
  NetworkSettings,
  Requirements,
  Server,
  SocketOption,
  Spec,
  Sysctl,
} from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import { didYouMean } from '../suggest';
import {
  checkName,
  durationAt,
  flagAt,
  integerAt,
  isUsable,
  scalarAt,
  snippetAtKey,
  textAt,
  toleranceAt,
} from './access';
import { readKernelBounds } from './kernel-bounds';
import { child, entryOf } from './tree';
import type { Entry, ScalarTree, Tree } from './tree';

const READY_WITHIN_NS = 5 * NS_PER_S;
const BACKLOG = 128;
const IP_VARIANTS: readonly IpVariant[] = ['ipv4', 'ipv6', 'ipv4-mapped'];

export type Header = Omit<Spec, 'file' | 'matrix' | 'steps'>;

export function lowerHeader(root: Tree, complaints: Complaints): Header {
  const about = textAt(root, 'about');
  const source = textAt(root, 'source');
  const server = lowerServer(root, complaints);
  const tolerance = toleranceAt(root, 'tolerance', complaints);
  return {
    name: textAt(root, 'name') ?? '',
    ...(about === undefined ? {} : { about }),
    ...(source === undefined ? {} : { source }),
    requires: lowerRequirements(child(root, 'requires'), complaints),
    ip: lowerIp(root, complaints),
    sysctls: lowerSysctls(child(root, 'sysctls'), complaints),
    ...(server === undefined ? {} : { server }),
    network: lowerNetwork(root),
    ...(tolerance === undefined ? {} : { tolerance }),
    strays: textAt(root, 'strays') === 'fail' ? 'fail' : 'report',
    connections: lowerConnections(root, complaints),
  };
}

function lowerNetwork(root: Tree): NetworkSettings {
  const link = LINK_KINDS.find((known) => known === textAt(root, 'link'));
  const mtu = integerAt(root, 'mtu');
  const superSegments = flagAt(root, 'super_segments');
  return {
    ...(link === undefined ? {} : { link }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(superSegments === undefined ? {} : { superSegments }),
  };
}

function lowerRequirements(tree: Tree | undefined, complaints: Complaints): Requirements {
  const bounds = snippetAtKey(tree, 'kernel');
  const kernel = bounds === undefined ? [] : (readKernelBounds(bounds, complaints) ?? []);
  const sysctls = scalars(child(tree, 'sysctls'));
  for (const { text, span } of sysctls) checkSysctlName(text, span, complaints);
  return {
    kernel,
    sysctls: sysctls.map(({ text }) => text),
    commands: scalars(child(tree, 'commands')).map(({ text }) => text),
    unsupported: [],
  };
}

/** One scalar, or the scalars of a list. */
function scalars(tree: Tree | undefined): readonly ScalarTree[] {
  const items = tree?.kind === 'list' ? tree.items : tree === undefined ? [] : [tree];
  return items.filter((item) => item.kind === 'scalar').filter(isUsable);
}

function lowerIp(root: Tree, complaints: Complaints): readonly IpVariant[] {
  const found: IpVariant[] = [];
  for (const { text, span } of scalars(child(root, 'ip'))) {
    const variant = IP_VARIANTS.find((known) => known === text);
    if (variant === undefined) continue;
    if (found.includes(variant)) complaints.report(errorAt(span, 'duplicate-name', `\`${text}\` is listed twice`));
    else found.push(variant);
  }
  return found.length === 0 ? ['ipv4', 'ipv6'] : found;
}

/** Names with values; a list of values is joined with blanks. */
export function lowerSysctls(tree: Tree | undefined, complaints: Complaints): readonly Sysctl[] {
  const sysctls: Sysctl[] = [];
  for (const { key, keySpan, value } of entries(tree)) {
    checkSysctlName(key, keySpan, complaints);
    const text = scalars(value)
      .map((scalar) => scalar.text.trim())
      .join(' ');
    sysctls.push({ name: key, value: text, span: keySpan });
  }
  return sysctls;
}

function checkSysctlName(name: string, span: ScalarTree['span'], complaints: Complaints): void {
  if (/^net(?:\.[\w-]+)+$/.test(name)) return;
  const dotted = name.replace(/^\/?(?:proc\/sys\/)?/, '').replaceAll('/', '.');
  const hint =
    dotted !== name && dotted.startsWith('net.')
      ? `write it with dots: \`${dotted}\``
      : 'only `net.*` belongs to a private network, for example `net.ipv4.tcp_syncookies`';
  complaints.report(errorAt(span, 'bad-value', `\`${name}\` is not the name of a network sysctl`, hint));
}

function entries(tree: Tree | undefined): readonly Entry[] {
  return tree?.kind === 'map' ? tree.entries : [];
}

function lowerServer(root: Tree, complaints: Complaints): Server | undefined {
  const entry = entryOf(root, 'server');
  if (entry === undefined) return undefined;
  const { value: tree, keySpan: span } = entry;
  const command = textAt(tree, 'command');
  if (command !== undefined) {
    if (command === '')
      complaints.report(errorAt(child(tree, 'command')?.span ?? span, 'bad-value', '`command` is empty'));
    const readyWithinNs = durationAt(tree, 'ready_within', complaints) ?? READY_WITHIN_NS;
    return { kind: 'command', command, port: integerAt(tree, 'port') ?? 0, readyWithinNs, span };
  }
  const port = integerAt(tree, 'listen');
  if (port === undefined) return undefined;
  const options = entries(child(tree, 'options')).flatMap((option) => lowerOption(option, complaints) ?? []);
  return { kind: 'listener', port, backlog: integerAt(tree, 'backlog') ?? BACKLOG, options, span };
}

/** The level follows from the name's prefix. */
const LEVELS: readonly { readonly prefix: string; readonly level: string }[] = [
  { prefix: 'SO_', level: 'SOL_SOCKET' },
  { prefix: 'TCP_', level: 'SOL_TCP' },
  { prefix: 'IPV6_', level: 'SOL_IPV6' },
  { prefix: 'IP_', level: 'SOL_IP' },
];

function lowerOption({ key, keySpan, value }: Entry, complaints: Complaints): SocketOption | undefined {
  const level = LEVELS.find(({ prefix }) => key.startsWith(prefix))?.level;
  if (level === undefined || constantValue(key) === undefined) {
    const options = constantNames().filter((name) => LEVELS.some(({ prefix }) => name.startsWith(prefix)));
    complaints.report(errorAt(keySpan, 'bad-value', `unknown socket option \`${key}\``, didYouMean(key, options).hint));
    return undefined;
  }
  if (value.kind !== 'scalar') return undefined;
  return { level, name: key, value: Number(value.value ?? 0), span: keySpan };
}

function lowerConnections(root: Tree, complaints: Complaints): readonly ConnectionDeclaration[] {
  return entries(child(root, 'connections')).map((entry) => lowerConnection(entry, complaints));
}

function lowerConnection({ key, keySpan, value }: Entry, complaints: Complaints): ConnectionDeclaration {
  checkName(key, 'connection', keySpan, complaints);
  const remotePort = integerAt(value, 'remote_port');
  const localPort = integerAt(value, 'local_port');
  const address = scalarAt(value, 'remote_address');
  if (address !== undefined && parseAddress(address.text) === undefined) {
    complaints.report(
      errorAt(
        address.span,
        'bad-value',
        `\`${address.text}\` is not an IP address`,
        'for example `192.0.2.7` or `2001:db8::7`',
      ),
    );
  }
  return {
    name: key,
    ...(remotePort === undefined ? {} : { remotePort }),
    ...(address === undefined ? {} : { remoteAddress: address.text }),
    ...(localPort === undefined ? {} : { localPort }),
    span: keySpan,
  };
}
