/** Control messages of sendmsg and recvmsg: struct cmsghdr and what follows it, see cmsg(3). */
import type { ControlMessage } from '../../../trace/trace';
import { concatBytes, viewOf } from '../../../wire/bytes';

/** Length (with this header, without padding) in 8 bytes, level and type in 4 each. */
const HEADER_BYTES = 16;
const LEVEL_AT = 8;
const TYPE_AT = 12;
const ALIGNMENT = 8;

/** The bytes for msg_control; empty for none. */
export function encodeControl(messages: readonly ControlMessage[]): Uint8Array {
  return concatBytes(messages.map(encodeOne));
}

/** What stands in msg_control after recvmsg. A message that MSG_CTRUNC has cut is as long as there is of it. */
export function decodeControl(bytes: Uint8Array): readonly ControlMessage[] {
  const messages: ControlMessage[] = [];
  const view = viewOf(bytes);
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = Number(view.getBigUint64(at, true));
    if (length < HEADER_BYTES) break;
    messages.push({
      level: view.getInt32(at + LEVEL_AT, true),
      type: view.getInt32(at + TYPE_AT, true),
      data: bytes.slice(at + HEADER_BYTES, at + length),
    });
    at += aligned(length);
  }
  return messages;
}

function encodeOne({ level, type, data }: ControlMessage): Uint8Array {
  const length = HEADER_BYTES + data.length;
  const bytes = new Uint8Array(aligned(length));
  const view = viewOf(bytes);
  view.setBigUint64(0, BigInt(length), true);
  view.setInt32(LEVEL_AT, level, true);
  view.setInt32(TYPE_AT, type, true);
  bytes.set(data, HEADER_BYTES);
  return bytes;
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
