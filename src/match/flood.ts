/**
 * The peers of a flood. Each segment of one comes from an address and port of its own, behind the address of the
 * connections that have a name, so that what the kernel sends to them is told from everything else.
 */
import { addressBytes, formatAddress } from '../wire/address';
import { viewOf } from '../wire/bytes';
import type { Network, Timeline } from '../timeline/timeline';

const FIRST_PORT = 1_024;
const PORTS = 65_536 - FIRST_PORT;
/** Where the addresses stand in an IP header: source and target. */
const ADDRESSES_AT = { 4: [12, 16], 6: [8, 24] } as const;

export class FloodPeers {
  readonly #network: Network;
  readonly #addresses: readonly Uint8Array[];
  readonly #texts: readonly string[];

  /** @param count how many segments the flood has */
  constructor(network: Network, count: number) {
    this.#network = network;
    const first = addressBytes(network.remoteAddress, network.ipVersion);
    this.#addresses = Array.from({ length: Math.ceil(count / PORTS) }, (_, index) => behind(first, index + 1));
    this.#texts = this.#addresses.map(formatAddress);
  }

  /** Where segment `index` of the flood comes from. */
  at(index: number): { readonly address: string; readonly port: number } {
    return { address: this.#texts[Math.floor(index / PORTS)] ?? '', port: FIRST_PORT + (index % PORTS) };
  }

  hasAddress(text: string): boolean {
    return this.#texts.includes(text);
  }

  /** Whether a frame is one of the flood's, or one to its peers; read from the header alone, since there are many. */
  areIn({ direction, bytes }: { readonly direction: 'in' | 'out'; readonly bytes: Uint8Array }): boolean {
    const [source, target] = ADDRESSES_AT[this.#network.ipVersion];
    const at = direction === 'in' ? source : target;
    return this.#addresses.some((address) => address.every((byte, index) => bytes[at + index] === byte));
  }
}

/** The peers of all floods of a timeline; `undefined` where it has none. */
export function floodPeersOf({ network, steps }: Timeline): FloodPeers | undefined {
  const counts = steps.map(({ action }) => (action.kind === 'flood' ? action.count : 0));
  const most = counts.reduce((largest, count) => Math.max(largest, count), 0);
  return most === 0 ? undefined : new FloodPeers(network, most);
}

function behind(first: Uint8Array, distance: number): Uint8Array {
  const bytes = Uint8Array.from(first);
  const view = viewOf(bytes);
  const at = bytes.length - 4;
  view.setUint32(at, view.getUint32(at) + distance);
  return bytes;
}
