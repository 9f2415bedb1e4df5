/**
 * Sysctls of a private network. Only `net.*` can be private; and of those, a private network has its own copy of some,
 * and lacks the rest. Nothing here can change a value outside of the private network.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '../../spec/suggest';
import { HostError } from '../host';

const ROOT = '/proc/sys';
const GLOBAL_HINT = 'it holds for the whole machine; packetspec changes nothing outside of the private network';
/** Folders with one subfolder per interface; the names inside are those of `default`. */
const PER_INTERFACE = new Set(['conf', 'neigh']);
const MOST_NAMESAKES = 3;

/** Older kernels, such as 5.10, let a private network write these, although there is one value for all networks. */
const GLOBAL_IN_DISGUISE = new Set([
  'net.ipv4.tcp_allowed_congestion_control',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_expect_max',
  'net.netfilter.nf_conntrack_buckets',
]);

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it is read-only in a private network',
  EPERM: 'this user may not write it in a private network',
  EROFS: '/proc/sys is mounted read-only, as in a container',
  EINVAL: 'the kernel does not take this value',
  ENOENT: 'the kernel does not know this value',
};

export class Sysctls {
  readonly #initialNames: ReadonlySet<string>;

  /** @param initialNames what the network had that this process was started in; see `listSysctls` */
  constructor(initialNames: ReadonlySet<string>) {
    this.#initialNames = initialNames;
  }

  /** Whether the network that the calling thread is in has it. */
  has(name: string): boolean {
    const path = sysctlPath(name);
    return path !== undefined && isPrivate(name) && existsSync(path);
  }

  /** @throws HostError `unknown-sysctl`, `global-sysctl` or `refused-sysctl` */
  set(name: string, value: string): void {
    const path = sysctlPath(name);
    if (path === undefined) throw this.#unknown(name);
    if (!isPrivate(name)) throw new HostError('global-sysctl', `${name} is not a sysctl of a network`, GLOBAL_HINT);
    if (!existsSync(path)) throw this.#missing(name);
    try {
      writeFileSync(path, value, { flag: 'r+' });
    } catch (cause) {
      throw refused(name, value, cause);
    }
  }

  #missing(name: string): HostError {
    if (!this.#initialNames.has(canonical(name))) return this.#unknown(name);
    return new HostError('global-sysctl', `${name} exists only in the initial namespace`, GLOBAL_HINT);
  }

  #unknown(name: string): HostError {
    const nearest = nearestSysctls(canonical(name), [...this.#initialNames]);
    const hint = nearest.length === 0 ? undefined : `did you mean ${nearest.join(', ')}?`;
    return new HostError('unknown-sysctl', `this kernel has no sysctl ${name}`, hint);
  }
}

/** Names, with dots, of all sysctls of the network that the calling thread is in; of interfaces, those of `default`. */
export function listSysctls(): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (folder: string, prefix: string) => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      const isOtherInterface = PER_INTERFACE.has(folder.slice(folder.lastIndexOf('/') + 1)) && entry.name !== 'default';
      if (isOtherInterface) continue;
      if (entry.isDirectory()) walk(`${folder}/${entry.name}`, `${prefix}${entry.name}.`);
      else names.add(`${prefix}${entry.name}`);
    }
  };
  try {
    walk('net', 'net.');
  } catch {
    // Without /proc/sys there are no names to compare with; setting one says so by itself.
  }
  return names;
}

/** The same name in other folders, or else the one in the same folder that is most like it. */
export function nearestSysctls(name: string, known: readonly string[]): readonly string[] {
  const namesakes = known.filter((other) => lastPart(other) === lastPart(name));
  if (namesakes.length > 0) return namesakes.slice(0, MOST_NAMESAKES);
  const folder = name.slice(0, name.lastIndexOf('.') + 1);
  const neighbours = known.filter((other) => other === folder + lastPart(other)).map(lastPart);
  const nearest = nearestName(lastPart(name), neighbours);
  return nearest === undefined ? [] : [folder + nearest];
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** As sysctl(8): a name whose first separator is `/` may have dots inside of its parts. */
function partsOf(name: string): readonly string[] {
  const firstSeparator = /[./]/.exec(name)?.[0] ?? '.';
  return name.split(firstSeparator);
}

function canonical(name: string): string {
  return partsOf(name).join('.');
}

/** The file of a sysctl; undefined for what cannot be a name, such as one with an empty part. */
export function sysctlPath(name: string): string | undefined {
  const parts = partsOf(name);
  const isSound = parts.every((part) => /^[\w.@:-]+$/.test(part) && !/^\.+$/.test(part));
  return isSound ? join(ROOT, ...parts) : undefined;
}

function isPrivate(name: string): boolean {
  return partsOf(name)[0] === 'net' && !GLOBAL_IN_DISGUISE.has(canonical(name));
}

function refused(name: string, value: string, cause: unknown): HostError {
  const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
  const reason = REASONS[errno] ?? 'the kernel refused it';
  const hint = canonical(name) === 'net.ipv4.tcp_congestion_control' ? congestionControlHint() : undefined;
  return new HostError('refused-sysctl', `${name} = ${value}: ${errno}: ${reason}`, hint, cause);
}

function congestionControlHint(): string {
  const read = (which: string) => {
    try {
      return readFileSync(`${ROOT}/net/ipv4/tcp_${which}_congestion_control`, 'utf8').trim();
    } catch {
      return 'unknown';
    }
  };
  return `allowed: ${read('allowed')}; available: ${read('available')}`;
}
