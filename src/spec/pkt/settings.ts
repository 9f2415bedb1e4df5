/**
 * What holds for a script and one IP variant: its options under those of the profile, under those of packetspec's own
 * command line; each in the terms of a spec.
 */
import { NS_PER_US } from '../../base/nanoseconds';
import { formatAddress, parseAddress } from '../../wire/address';
import type { IpVersion } from '../../wire/wire';
import type { IpVariant, NetworkSettings, ScriptSettings, ToleranceText } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { PktSettings } from '../spec';
import { Macros } from './macros';
import { checkOption } from './options';
import type { GivenOption, PktOptionName } from './options';
import type { Profile } from './profiles';

/** What a script and those who run it say, for one IP variant. */
export interface VariantSettings {
  readonly ip: IpVariant;
  readonly macros: Macros;
  readonly network: NetworkSettings;
  readonly tolerance: ToleranceText;
  readonly script: Omit<ScriptSettings, 'init' | 'cleanup' | 'needsInterpreter'>;
  /** What `...` stands for in bind() and connect(). */
  readonly bindPort: number;
  readonly connectPort: number;
  /** Segments that follow each other are taken together. */
  readonly joined: boolean;
  /** Programs that run before the init command. */
  readonly initScripts: readonly string[];
  readonly unsupported: readonly string[];
}

/** packetdrill's defaults (config.c); of its random local addresses, one. */
const DEFAULTS = {
  4: { local_ip: '192.168.0.1', gateway_ip: '192.168.0.1', remote_ip: '192.0.2.1/24', netmask_ip: '255.255.0.0' },
  6: { local_ip: 'fd3d:fa7b:d17d::1', gateway_ip: 'fd3d:fa7b:d17d:8888::', remote_ip: '2001:db8::1/32' },
} as const;
const IPV6_LOCAL_PREFIX = 48;
const PORT = '8080';
const MTU = '1500';
const TOLERANCE_US = '4000';
const TOLERANCE_PERCENT = '12.5';
const INTERPRETER = 'python3';

/** Where options and definitions come from, the strongest last. */
export interface Sources {
  readonly script: readonly GivenOption[];
  readonly profile?: Profile;
  readonly pkt?: PktSettings;
}

/** Options by name; of one that is given several times, the last counts. `define` is left out: it adds up. */
class Options {
  readonly #given = new Map<string, GivenOption>();

  set(option: GivenOption): void {
    this.#given.set(option.name, option);
  }

  get(name: PktOptionName): GivenOption | undefined {
    return this.#given.get(name);
  }

  has(...names: readonly PktOptionName[]): boolean {
    return names.some((name) => this.#given.has(name));
  }

  value(name: PktOptionName): string | undefined {
    return this.#given.get(name)?.value;
  }

  number(name: PktOptionName, fallback: string): number {
    return Number(this.value(name) ?? fallback);
  }
}

/** Those of a script's options that are right; the others are reported. */
export function checkedOptions(given: readonly GivenOption[], complaints: Complaints): readonly GivenOption[] {
  return given.filter((option) => checkOption(option, complaints));
}

/** Works out what holds. Reports values that do not go with the IP variant. */
export function settingsOf(ip: IpVariant, sources: Sources, complaints: Complaints): VariantSettings {
  const options = gather(ip, sources, complaints);
  const version: IpVersion = ip === 'ipv6' ? 6 : 4;
  const bindPort = options.number('bind_port', PORT);
  const tickUs = options.number('tcp_ts_tick_usecs', '0');
  const toleranceNs = options.number('tolerance_usecs', TOLERANCE_US) * NS_PER_US;
  return {
    ip,
    macros: new Macros(definesOf(ip, sources, complaints)),
    network: networkOf(options, version, bindPort, complaints),
    tolerance: {
      earlyNs: toleranceNs,
      lateNs: toleranceNs,
      percent: options.number('tolerance_percent', TOLERANCE_PERCENT),
      distance: 'scripted',
    },
    script: {
      ...(tickUs === 0 ? {} : { timestampTickNs: tickUs * NS_PER_US }),
      scaledEchoes: options.has('tcp_ts_ecr_scaled'),
      toleratesPackets: (options.value('non_fatal') ?? '').split(/[, ]+/).includes('packet'),
      interpreter: options.value('code_command') ?? INTERPRETER,
      gated: sources.pkt?.gate ?? true,
    },
    bindPort,
    connectPort: options.number('connect_port', PORT),
    joined: !options.has('strict_segments'),
    initScripts: (options.value('init_scripts') ?? '').split(',').filter((name) => name.trim() !== ''),
    unsupported: unsupportedBy(options),
  };
}

function gather(ip: IpVariant, { script, profile, pkt }: Sources, complaints: Complaints): Options {
  const options = new Options();
  const outside = [...Object.entries(profile?.variants[ip].options ?? {}), ...(pkt?.options ?? [])];
  for (const option of script) if (option.name !== 'define') options.set(option);
  for (const [name, value] of outside) {
    const option = { name, ...(value === '' ? {} : { value }), span: { start: 0, end: 0 } };
    if (checkOption(option, complaints)) options.set(option);
  }
  return options;
}

function definesOf(
  ip: IpVariant,
  { script, profile, pkt }: Sources,
  complaints: Complaints,
): ReadonlyMap<string, string> {
  const defines = new Map<string, string>();
  for (const { name, value = '', span } of script) {
    if (name !== 'define') continue;
    const equals = value.indexOf('=');
    if (equals < 1)
      complaints.report(errorAt(span, 'bad-value', `\`${value}\` defines nothing`, 'write --define=NAME=VALUE'));
    else defines.set(value.slice(0, equals), value.slice(equals + 1));
  }
  for (const [name, value] of Object.entries(profile?.variants[ip].defines ?? {})) defines.set(name, value);
  for (const [name, value] of pkt?.defines ?? []) defines.set(name, value);
  return defines;
}

function networkOf(options: Options, version: IpVersion, bindPort: number, complaints: Complaints): NetworkSettings {
  const remote = addressOf(options, 'remote_ip', version, complaints);
  const anyIp = options.has('is_anyip');
  const speedMbps = options.number('speed', '0');
  const gsoSize = options.number('mss', '0');
  return {
    mtu: options.number('mtu', MTU),
    localAddress: addressOf(options, 'local_ip', version, complaints).address,
    localPrefixLength: version === 6 ? IPV6_LOCAL_PREFIX : maskLength(options, complaints),
    remoteAddress: remote.address,
    remotePrefixLength: remote.prefixLength,
    gateway: addressOf(options, 'gateway_ip', version, complaints).address,
    ...(speedMbps === 0 ? {} : { speedMbps }),
    bindPort,
    superSegments: true,
    ...(gsoSize === 0 ? {} : { gsoSize }),
    ...(anyIp ? { anyIp } : {}),
  };
}

/** Canonical, and with the length of its prefix; a whole address when none is written. */
function addressOf(
  options: Options,
  name: 'local_ip' | 'gateway_ip' | 'remote_ip',
  version: IpVersion,
  complaints: Complaints,
): { readonly address: string; readonly prefixLength: number } {
  const given = options.get(name);
  const fallback = DEFAULTS[version][name];
  const [text = '', prefix] = (given?.value ?? fallback).split('/');
  const address = parseAddress(text);
  const bits = version === 4 ? 32 : 128;
  const prefixLength = Number(prefix ?? bits);
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && prefixLength <= bits);
  if (address?.version === version && isPrefix) return { address: formatAddress(address.bytes), prefixLength };
  const span = given?.span ?? { start: 0, end: 0 };
  const other = version === 4 ? 'ipv6' : 'ipv4';
  complaints.report(
    address?.version === version
      ? errorAt(span, 'out-of-range', `\`/${prefix ?? ''}\` is no length of a prefix of IPv${version}`, `0 to ${bits}`)
      : errorAt(
          span,
          'bad-value',
          `--${name}=${text} is no address of IPv${version}, which this run is for`,
          `give an IPv${version} address, or restrict the script with --ip_version=${other}`,
        ),
  );
  return { address: fallback.split('/')[0] ?? '', prefixLength: bits };
}

/** `255.255.0.0` -> 16. */
function maskLength(options: Options, complaints: Complaints): number {
  const text = options.value('netmask_ip') ?? DEFAULTS[4].netmask_ip;
  const bits = [...(parseAddress(text)?.bytes ?? [])].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  if (bits.length === 32 && /^1*0*$/.test(bits)) return bits.replaceAll('0', '').length;
  const span = options.get('netmask_ip')?.span ?? { start: 0, end: 0 };
  complaints.report(errorAt(span, 'bad-value', `\`${text}\` is no netmask of IPv4`, 'for example `255.255.0.0`'));
  return 16;
}

function unsupportedBy(options: Options): readonly string[] {
  const found: string[] = [];
  if (options.has('psp_udp_port')) found.push('PSP');
  const wire: readonly PktOptionName[] = [
    'wire_client',
    'wire_server',
    'wire_server_ip',
    'wire_server_at',
    'wire_server_port',
    'wire_client_dev',
    'wire_server_dev',
  ];
  const asked = wire.find((name) => options.has(name));
  if (asked !== undefined) found.push(`wire mode (--${asked})`);
  if (options.has('so_filename', 'so_flags')) found.push('a TCP stack in user space (--so_filename)');
  return found;
}
