/**
 * What a run says at its end to a target that others go on using: a RST on each connection that it may have opened there,
 * so that no server keeps them.
 */
import { closingReset } from '../../../wire/closing';
import { craftPacket } from '../../../wire/craft';
import { decodePacket } from '../../../wire/packet';
import { tcpOf } from '../../../wire/segment';
import type { Packet } from '../../../wire/wire';
import type { LinkFrame } from '../../host';
import type { Ports } from './begun-connections';

interface LastPackets {
  injected?: Uint8Array;
  seen?: Uint8Array;
}

export class Farewell {
  /** By ports: of this host, of the target. */
  readonly #last = new Map<string, LastPackets>();
  readonly #tell: (ports: Ports) => void;

  /** @param tell hears of each connection once, when its first frame is noted */
  constructor(tell: (ports: Ports) => void = () => {}) {
    this.#tell = tell;
  }

  /** Notes a frame of the run. */
  note({ direction, bytes }: Pick<LinkFrame, 'direction' | 'bytes'>): void {
    const segment = tcpOf(decodePacket(bytes));
    if (segment === undefined) return;
    const isOurs = direction === 'in';
    const { sourcePort, targetPort } = segment;
    const [harness, target] = isOurs ? [sourcePort, targetPort] : [targetPort, sourcePort];
    const last = this.#lastOf({ harnessPort: harness, targetPort: target });
    if (isOurs) last.injected = bytes;
    else last.seen = bytes;
  }

  /** The resets: one for each connection, or two when it is not certain what number the target expects. */
  packets(): readonly Uint8Array[] {
    return [...this.#last.values()].flatMap(resetsOf);
  }

  #lastOf(ports: Ports): LastPackets {
    const key = `${ports.harnessPort} ${ports.targetPort}`;
    const known = this.#last.get(key);
    if (known !== undefined) return known;
    this.#tell(ports);
    const last: LastPackets = {};
    this.#last.set(key, last);
    return last;
  }
}

/** Behind what was injected last; and what the target has asked for last, if that was out of the order. */
function resetsOf({ injected, seen }: LastPackets): readonly Uint8Array[] {
  const [ours, theirs] = [injected, seen].map((bytes) => (bytes === undefined ? undefined : decodePacket(bytes)));
  const ends = endsOf(ours, theirs);
  if (ends === undefined) return [];
  const last = { injected: ours && tcpOf(ours), seen: theirs && tcpOf(theirs) };
  const patterns = [closingReset(last), closingReset({ ...last, injected: undefined })].filter(isPresent);
  const [first, second] = patterns;
  const differing = first?.seq === second?.seq ? patterns.slice(0, 1) : patterns;
  return differing.map((pattern) => craftPacket({ ...pattern, ip: { id: 1 } }, { ...ends, seq: 0, ack: 0 }));
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/** From this host's side. */
function endsOf(ours: Packet | undefined, theirs: Packet | undefined) {
  const packet = ours ?? theirs;
  const segment = packet && tcpOf(packet);
  if (packet === undefined || packet.kind === 'opaque' || segment === undefined) return undefined;
  const { source, target } = packet.header;
  const { sourcePort, targetPort } = segment;
  const version = packet.kind === 'ipv4' ? (4 as const) : (6 as const);
  if (packet === ours) return { version, sourceAddress: source, targetAddress: target, sourcePort, targetPort };
  return { version, sourceAddress: target, targetAddress: source, sourcePort: targetPort, targetPort: sourcePort };
}
