/** The TCP segment: RFC 9293 section 3.1. */
import { concatBytes, viewOf } from './bytes';
import { decodeOptions, encodeOptions } from './options';
import type { TcpSegment } from './wire';

/** Offsets in bytes. */
const FIELD = {
  sourcePort: 0,
  targetPort: 2,
  seq: 4,
  ack: 8,
  dataOffsetAndFlags: 12,
  window: 14,
  checksum: 16,
  urgentPointer: 18,
  options: 20,
} as const;

/** Length in bytes of a header without options. */
export const TCP_MINIMUM = FIELD.options;

/** The most bytes of options that the data offset can express. */
export const TCP_OPTIONS_MAXIMUM = 15 * 4 - TCP_MINIMUM;

/** Reads a segment; `undefined` when the bytes are too few for a header. */
export function decodeTcp(bytes: Uint8Array): TcpSegment | undefined {
  if (bytes.length < TCP_MINIMUM) return undefined;
  const view = viewOf(bytes);
  const dataOffset = view.getUint16(FIELD.dataOffsetAndFlags) >> 12;
  const headerEnd = dataOffset * 4 >= TCP_MINIMUM && dataOffset * 4 <= bytes.length ? dataOffset * 4 : TCP_MINIMUM;
  return {
    kind: 'tcp',
    sourcePort: view.getUint16(FIELD.sourcePort),
    targetPort: view.getUint16(FIELD.targetPort),
    seq: view.getUint32(FIELD.seq),
    ack: view.getUint32(FIELD.ack),
    dataOffset,
    flags: view.getUint16(FIELD.dataOffsetAndFlags) & 0xfff,
    window: view.getUint16(FIELD.window),
    checksum: view.getUint16(FIELD.checksum),
    urgentPointer: view.getUint16(FIELD.urgentPointer),
    options: decodeOptions(bytes.subarray(FIELD.options, headerEnd)),
    payload: bytes.subarray(headerEnd),
  };
}

/** The segment's bytes, with all fields as they are. */
export function encodeTcp(segment: TcpSegment): Uint8Array {
  const bytes = new Uint8Array(TCP_MINIMUM);
  const view = viewOf(bytes);
  view.setUint16(FIELD.sourcePort, segment.sourcePort);
  view.setUint16(FIELD.targetPort, segment.targetPort);
  view.setUint32(FIELD.seq, segment.seq);
  view.setUint32(FIELD.ack, segment.ack);
  view.setUint16(FIELD.dataOffsetAndFlags, (segment.dataOffset << 12) | (segment.flags & 0xfff));
  view.setUint16(FIELD.window, segment.window);
  view.setUint16(FIELD.checksum, segment.checksum);
  view.setUint16(FIELD.urgentPointer, segment.urgentPointer);
  return concatBytes([bytes, encodeOptions(segment.options), segment.payload]);
}
