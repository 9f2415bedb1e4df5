/**
 * IPv6 flow labels as packetdrill's scripts write them: names. The kernel chooses a label by itself; a script can say
 * that it stays the same or changes (RFC 6437; the kernel picks another one when a path seems to fail).
 */
import type { Mismatch } from './match';

export class FlowLabels {
  #known: { readonly name: number; readonly label: number } | undefined;

  /** What is wrong with a packet of this label where the script wrote this name. */
  mismatches(name: number, label: number): readonly Mismatch[] {
    if (label === 0) return [{ field: 'flowlabel', expected: hex(name), observed: 'no flow label' }];
    if (this.#known === undefined) return [];
    const isSame = label === this.#known.label;
    if (isSame === (name === this.#known.name)) return [];
    const expected = isSame ? 'another label than before' : `${hex(this.#known.label)} as before`;
    return [{ field: 'flowlabel', expected, observed: hex(label) }];
  }

  /** A step took a packet of this label. */
  learn(name: number, label: number): void {
    if (label !== 0) this.#known = { name, label };
  }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
