/**
 * The peers of a flood. Each segment of one comes from an address and port of its own, behind the address of the
 * connections that have a name, so that what the kernel sends to them is told from everything else.
 */
import { addressBytes, formatAddress } from '../wire/address';
import { viewOf } from '../wire/bytes';
import type { Network, Timeline } from '../timeline/timeline';

const FIRST_PORT = 1_024;
const PORTS = 65_536 - FIRST_PORT;

export class FloodPeers {
  /** All their addresses; those behind the first differ from it in the last four bytes. */
  readonly addresses: { readonly first: Uint8Array; readonly count: number };
  readonly #texts: readonly string[];

  /** @param count how many segments the flood has */
  constructor(network: Network, count: number) {
    const first = behind(addressBytes(network.remoteAddress, network.ipVersion), 1);
    this.addresses = { first, count: Math.ceil(count / PORTS) };
    this.#texts = Array.from({ length: this.addresses.count }, (_, index) => formatAddress(behind(first, index)));
  }

  /** Where segment `index` of the flood comes from. Each one behind it comes from the next port of the address, `left` in all. */
  at(index: number): { readonly address: string; readonly port: number; readonly left: number } {
    const behindFirst = index % PORTS;
    const address = this.#texts[Math.floor(index / PORTS)] ?? '';
    return { address, port: FIRST_PORT + behindFirst, left: PORTS - behindFirst };
  }

  hasAddress(text: string): boolean {
    return this.#texts.includes(text);
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
