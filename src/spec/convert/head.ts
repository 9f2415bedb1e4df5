/** The head of a converted spec: everything but its steps. */
import type { IpVariant, NetworkSettings, Spec, ToleranceText } from '../model';
import { durationText } from './time-text';
import { yamlText } from './yaml-text';

/** What holds for a spec in YAML that does not say otherwise. */
export interface YamlDefaults {
  network(ip: IpVariant): NetworkSettings;
  readonly tolerance: Required<Omit<ToleranceText, 'distance'>>;
  /** What `...` stands for in bind() and connect(). */
  readonly port: number;
}

/** What the head says beside what the spec itself does. */
export interface HeadParts {
  readonly spec: Spec;
  readonly ip: readonly IpVariant[];
  readonly sysctls: ReadonlyMap<string, string>;
  readonly defaults: YamlDefaults;
  /** Connections by their new names. */
  readonly nameOf: (connection: string) => string;
}

export function headLines({ spec, ip, sysctls, defaults, nameOf }: HeadParts): readonly string[] {
  const { network, name, about } = spec;
  const own = defaults.network(spec.ip[0] ?? 'ipv4');
  return [
    `name: ${yamlText(about ?? name)}`,
    ...requirementLines(spec, sysctls.size > 0),
    `ip: ${ip.length === 1 ? ip.join() : `[${ip.join(', ')}]`}`,
    ...(sysctls.size === 0
      ? []
      : ['sysctls:', ...[...sysctls].map(([key, value]) => `  ${key}: ${value === '' ? '""' : yamlText(value)}`)]),
    ...(network.superSegments === true ? ['super_segments: true'] : []),
    ...(network.mtu === undefined || network.mtu === own.mtu ? [] : [`mtu: ${network.mtu}`]),
    ...toleranceLines(spec.tolerance ?? {}, defaults.tolerance),
    ...connectionLines(spec, defaults.port, nameOf),
  ];
}

/** @param setsItself the sysctls are set without a command */
function requirementLines({ requires }: Spec, setsItself: boolean): readonly string[] {
  const commands = requires.commands.filter((name) => !setsItself || name !== 'sysctl');
  const lines = [
    ...(requires.sysctls.length === 0 ? [] : [`  sysctls: [${requires.sysctls.join(', ')}]`]),
    ...(commands.length === 0 ? [] : [`  commands: [${commands.join(', ')}]`]),
  ];
  return lines.length === 0 ? [] : ['requires:', ...lines];
}

function toleranceLines(tolerance: ToleranceText, defaults: YamlDefaults['tolerance']): readonly string[] {
  const { earlyNs, lateNs, percent } = { ...defaults, ...tolerance };
  const isOwn = percent !== defaults.percent;
  if (!isOwn && earlyNs === defaults.earlyNs && lateNs === defaults.lateNs) return [];
  if (!isOwn && earlyNs === lateNs) return [`tolerance: ${durationText(lateNs)}`];
  const parts = [`early: ${durationText(earlyNs)}`, `late: ${durationText(lateNs)}`, `percent: ${percent}`];
  return [`tolerance: { ${parts.join(', ')} }`];
}

/** A connection that comes in has any port; one that the kernel opens goes to the usual one where nothing is said. */
function connectionLines({ connections }: Spec, port: number, nameOf: HeadParts['nameOf']): readonly string[] {
  const lines = connections.flatMap(({ name, remotePort = port }) =>
    remotePort === port ? [] : [`  ${nameOf(name)}: { remote_port: ${remotePort} }`],
  );
  return lines.length === 0 ? [] : ['connections:', ...lines];
}
