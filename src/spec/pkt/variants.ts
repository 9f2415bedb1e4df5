/** For which IP variants a script runs: the command line, the profile's way to tell, the script itself, or IPv4. */
import type { IpVariant } from '../model';
import type { PktSettings } from '../spec';
import type { GivenOption } from './options';
import type { Profile } from './profiles';

const ALL: readonly IpVariant[] = ['ipv4', 'ipv6', 'ipv4-mapped'];

/** What a script says of itself. */
export interface ScriptIdentity {
  readonly path: string;
  readonly text: string;
  /** Options that are right. */
  readonly options: readonly GivenOption[];
}

/** At least one. */
export function variantsOf(
  script: ScriptIdentity,
  profile: Profile | undefined,
  pkt: PktSettings | undefined,
): readonly IpVariant[] {
  const asked = variantByName(pkt?.options.get('ip_version'));
  if (asked !== undefined) return [asked];
  const named = profile === undefined ? ownVersion(script) : namedFor(script, profile);
  if (profile?.variantsBy === 'file-name') {
    const possible = named ?? ALL;
    const wanted = possible.filter((ip) => pkt?.ip === undefined || pkt.ip.includes(ip));
    return wanted.length === 0 ? possible : wanted;
  }
  return named ?? pkt?.ip ?? (profile === undefined ? ['ipv4'] : ALL);
}

/** The variants to which a runner restricts the script; `undefined`: to none. */
function namedFor(script: ScriptIdentity, { variantsBy }: Profile): readonly IpVariant[] | undefined {
  switch (variantsBy) {
    case 'ip-version-line':
      // The runner looks for the option at the beginning of a line, and passes its own otherwise.
      return ownVersion({
        ...script,
        options: script.options.filter(({ span }) => beginsLine(script.text, span.start)),
      });
    case 'file-name':
      if (script.path.endsWith('v4.pkt')) return ['ipv4', 'ipv4-mapped'];
      return script.path.endsWith('v6.pkt') ? ['ipv6'] : undefined;
  }
}

function beginsLine(text: string, offset: number): boolean {
  return offset === 0 || text[offset - 1] === '\n';
}

function ownVersion({ options }: ScriptIdentity): readonly IpVariant[] | undefined {
  const written = options.findLast(({ name }) => name === 'ip_version');
  const variant = variantByName(written?.value);
  return variant === undefined ? undefined : [variant];
}

/** packetdrill's name of a variant. */
function variantByName(name: string | undefined): IpVariant | undefined {
  switch (name) {
    case 'ipv4':
    case 'ipv6':
      return name;
    case 'ipv4-mapped-ipv6':
      return 'ipv4-mapped';
    default:
      return undefined;
  }
}
