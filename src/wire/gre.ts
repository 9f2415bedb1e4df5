/** The GRE header: RFC 2784 section 2, with the key and the sequence number of RFC 2890. */
import { concatBytes, viewOf } from './bytes';
import { internetChecksum } from './checksum';
import { GRE_FLAG, type GreHeader } from './wire';

/** Length in bytes of a header without optional fields. */
const GRE_MINIMUM = 4;

/** Length in bytes of each optional field; the checksum's has the offset in it. */
const OPTIONAL_FIELD = 4;

/** Splits header and payload; `undefined` for other versions, routing information, and too few bytes. */
export function decodeGre(bytes: Uint8Array): { readonly header: GreHeader; readonly payload: Uint8Array } | undefined {
  if (bytes.length < GRE_MINIMUM) return undefined;
  const view = viewOf(bytes);
  const flags = view.getUint16(0);
  const end = greLength(flags);
  if (hasUnknownForm(flags) || bytes.length < end) return undefined;
  let at = GRE_MINIMUM;
  const next = (bit: number): number | undefined => {
    if ((flags & bit) === 0) return undefined;
    at += OPTIONAL_FIELD;
    return view.getUint32(at - OPTIONAL_FIELD);
  };
  const checksumAndOffset = next(GRE_FLAG.CHECKSUM);
  const key = next(GRE_FLAG.KEY);
  const sequence = next(GRE_FLAG.SEQUENCE);
  const header: GreHeader = {
    flags,
    protocol: view.getUint16(2),
    ...(checksumAndOffset === undefined
      ? {}
      : { checksum: checksumAndOffset >>> 16, offset: checksumAndOffset & 0xffff }),
    ...(key === undefined ? {} : { key }),
    ...(sequence === undefined ? {} : { sequence }),
  };
  return { header, payload: bytes.subarray(end) };
}

/** The header's bytes; a field that its flags promise and that is absent is 0. */
export function encodeGre(header: GreHeader): Uint8Array {
  const { flags } = header;
  const bytes = new Uint8Array(greLength(flags));
  const view = viewOf(bytes);
  view.setUint16(0, flags);
  view.setUint16(2, header.protocol);
  let at = GRE_MINIMUM;
  const put = (bit: number, value: number): void => {
    if ((flags & bit) === 0) return;
    view.setUint32(at, value);
    at += OPTIONAL_FIELD;
  };
  put(GRE_FLAG.CHECKSUM, (((header.checksum ?? 0) << 16) | (header.offset ?? 0)) >>> 0);
  put(GRE_FLAG.KEY, header.key ?? 0);
  put(GRE_FLAG.SEQUENCE, header.sequence ?? 0);
  return bytes;
}

/** The checksum that the header must carry before this payload, whatever it carries now. */
export function greChecksum(header: GreHeader, payload: Uint8Array): number {
  return internetChecksum(concatBytes([encodeGre({ ...header, checksum: 0 }), payload]));
}

/** Length in bytes of a header with these flags. */
export function greLength(flags: number): number {
  const optional = [GRE_FLAG.CHECKSUM, GRE_FLAG.KEY, GRE_FLAG.SEQUENCE];
  return GRE_MINIMUM + OPTIONAL_FIELD * optional.filter((bit) => (flags & bit) !== 0).length;
}

/** Whether the flags say a version other than 0, or routing information, whose length only its contents tell. */
export function hasUnknownForm(flags: number): boolean {
  return (flags & (GRE_FLAG.VERSION | GRE_FLAG.ROUTING)) !== 0;
}
