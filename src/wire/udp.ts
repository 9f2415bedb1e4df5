/** The UDP datagram: RFC 768. */
import { concatBytes, viewOf } from './bytes';
import type { UdpDatagram } from './wire';

/** Offsets in bytes. */
const FIELD = { sourcePort: 0, targetPort: 2, length: 4, checksum: 6, payload: 8 } as const;

/** Length in bytes of the header. */
export const UDP_HEADER = FIELD.payload;

/** Reads a datagram; `undefined` when the bytes are too few. All behind the header is payload, whatever it says. */
export function decodeUdp(bytes: Uint8Array): UdpDatagram | undefined {
  if (bytes.length < UDP_HEADER) return undefined;
  const view = viewOf(bytes);
  return {
    kind: 'udp',
    sourcePort: view.getUint16(FIELD.sourcePort),
    targetPort: view.getUint16(FIELD.targetPort),
    length: view.getUint16(FIELD.length),
    checksum: view.getUint16(FIELD.checksum),
    payload: bytes.subarray(FIELD.payload),
  };
}

/** The datagram's bytes, with all fields as they are. */
export function encodeUdp(datagram: UdpDatagram): Uint8Array {
  const bytes = new Uint8Array(UDP_HEADER);
  const view = viewOf(bytes);
  view.setUint16(FIELD.sourcePort, datagram.sourcePort);
  view.setUint16(FIELD.targetPort, datagram.targetPort);
  view.setUint16(FIELD.length, datagram.length);
  view.setUint16(FIELD.checksum, datagram.checksum);
  return concatBytes([bytes, datagram.payload]);
}
