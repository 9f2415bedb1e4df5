/** The options of every command that reads specs: which of them, and with which values. */
import { type Command, Option } from 'commander';
import { LINK_KINDS, type LinkKind } from '../spec/link-kind';
import type { IpVariant } from '../spec/model';
import { PROFILE_NAMES } from '../spec/pkt/profiles';
import type { PlanSettings } from '../suite/plan';
import { ipList, settings } from './arguments';
import { DEFAULT_MAX_COMBINATIONS } from './limits';

export interface TextOptions extends ScriptOptions {
  readonly set: ReadonlyMap<string, string>;
  readonly filter?: string;
  readonly link?: LinkKind;
}

export interface ScriptOptions {
  readonly ip?: readonly IpVariant[];
  readonly profile?: string;
  readonly define: ReadonlyMap<string, string>;
  readonly option: ReadonlyMap<string, string>;
  /** False with `--no-skip`. */
  readonly skip: boolean;
}

/** Adds them to a command. */
export function textOptions(command: Command): Command {
  return scriptOptions(
    command
      .option('--filter <text>', 'only runs whose file, name or variant contains the text')
      .option(
        '--set <name=value>',
        'set a variable, or pin a matrix value; may be given several times',
        settings,
        new Map(),
      )
      .addOption(
        new Option(
          '--link <kind>',
          'how the harness reaches the kernel, whatever a spec says: by a TUN device, or by raw sockets',
        ).choices(LINK_KINDS),
      ),
  );
}

/** Those of a command that reads scripts alone. */
export function scriptOptions(command: Command): Command {
  return command
    .option('--ip <list>', 'only these variants: ipv4,ipv6,ipv4-mapped, or all; scripts run as ipv4 otherwise', ipList)
    .option('--profile <name>', `run scripts as a known runner does: ${PROFILE_NAMES.join(' or ')}`)
    .option('-D, --define <name=value>', 'a macro of scripts; may be given several times', settings, new Map())
    .option(
      '--option <name=value>',
      "an option of packetdrill's, over that of the script, e.g. tolerance_usecs=14000; may be given several times",
      settings,
      new Map(),
    )
    .option('--no-skip', 'run scripts also when this machine lacks something that they set or call');
}

/** What they mean for the plan. */
export function planSettings({
  ip,
  profile,
  define,
  option,
  skip,
  ...rest
}: ScriptOptions | TextOptions): PlanSettings {
  const { set = new Map<string, string>(), filter, link }: Partial<TextOptions> = rest;
  return {
    set,
    maxCombinations: DEFAULT_MAX_COMBINATIONS,
    ...(ip === undefined ? {} : { onlyIp: ip }),
    ...(filter === undefined ? {} : { filter }),
    ...(link === undefined ? {} : { link }),
    pkt: {
      defines: define,
      options: option,
      gate: skip,
      ...(profile === undefined ? {} : { profile }),
      ...(ip === undefined ? {} : { ip }),
    },
  };
}
