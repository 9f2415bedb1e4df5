/** The MPLS label stack: RFC 3032 section 2.1, with the traffic class of RFC 5462. */
import { viewOf } from './bytes';
import type { MplsLabel } from './wire';

/** Length in bytes of a stack entry. */
export const MPLS_ENTRY = 4;

/** Takes the entries down to the bottom of the stack; `undefined` when no bottom comes. */
export function decodeMpls(
  bytes: Uint8Array,
): { readonly labels: readonly MplsLabel[]; readonly payload: Uint8Array } | undefined {
  const view = viewOf(bytes);
  const labels: MplsLabel[] = [];
  for (let at = 0; at + MPLS_ENTRY <= bytes.length; at += MPLS_ENTRY) {
    const entry = view.getUint32(at);
    const bottom = (entry & 0x100) !== 0;
    labels.push({ label: entry >>> 12, trafficClass: (entry >>> 9) & 7, bottom, ttl: entry & 0xff });
    if (bottom) return { labels, payload: bytes.subarray(at + MPLS_ENTRY) };
  }
  return undefined;
}

/** The entries' bytes, with all fields as they are. */
export function encodeMpls(labels: readonly MplsLabel[]): Uint8Array {
  const bytes = new Uint8Array(labels.length * MPLS_ENTRY);
  const view = viewOf(bytes);
  for (const [index, { label, trafficClass, bottom, ttl }] of labels.entries()) {
    const low = ((trafficClass & 7) << 9) | (bottom ? 0x100 : 0) | (ttl & 0xff);
    view.setUint32(index * MPLS_ENTRY, ((label << 12) | low) >>> 0);
  }
  return bytes;
}
