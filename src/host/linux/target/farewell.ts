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

interface LastPackets {
  injected?: Uint8Array;
  seen?: Uint8Array;
}

export class Farewell {
  /** By ports: of this host, of the target. */
  readonly #last = new Map<string, LastPackets>();

  /** Notes a frame of the run. */
  note({ direction, bytes }: Pick<LinkFrame, 'direction' | 'bytes'>): void {
    const segment = tcpOf(decodePacket(bytes));
    if (segment === undefined) return;
    const isOurs = direction === 'in';
    const ports = isOurs ? [segment.sourcePort, segment.targetPort] : [segment.targetPort, segment.sourcePort];
    const key = ports.join(' ');
    const last = this.#last.get(key) ?? {};
    if (isOurs) last.injected = bytes;
    else last.seen = bytes;
    this.#last.set(key, last);
  }

  /** The resets, one for each connection. */
  packets(): readonly Uint8Array[] {
    return [...this.#last.values()].flatMap((last) => resetOf(last) ?? []);
  }
}

function resetOf({ injected, seen }: LastPackets): Uint8Array | undefined {
  const [ours, theirs] = [injected, seen].map((bytes) => (bytes === undefined ? undefined : decodePacket(bytes)));
  const segments = { injected: ours && tcpOf(ours), seen: theirs && tcpOf(theirs) };
  const pattern = closingReset(segments);
  const ends = endsOf(ours, theirs);
  if (pattern === undefined || ends === undefined) return undefined;
  return craftPacket({ ...pattern, ip: { id: 1 } }, { ...ends, seq: 0, ack: 0 });
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
