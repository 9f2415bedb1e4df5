/**
 * A segment and what stands beside it in its step: payload, IP fields, deliberate mistakes.
 */
import { fromHex } from '../../base/hex';
import type { IpPattern, Malformation } from '../../wire/pattern';
import type { PacketNotation } from '../model';
import { ecnByName } from '../notation/ip-info';
import { parsePacket } from '../notation/segment';
import type { Direction } from '../notation/scanner';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { flagAt, integerAt, scalarAt, snippetAtKey } from './access';
import { child, entryOf } from './tree';
import type { ScalarTree, Tree } from './tree';

/** The packet under `key` of a step, with the step's modifiers. */
export function packetAt(
  tree: Tree,
  key: string,
  direction: Direction,
  complaints: Complaints,
): PacketNotation | undefined {
  const snippet = snippetAtKey(tree, key);
  const packet = snippet === undefined ? undefined : parsePacket(snippet, direction, complaints);
  const ip = lowerIp(tree);
  const payload = payloadOf(tree, complaints);
  const malformed = lowerMalformed(child(tree, 'malformed'), complaints);
  if (packet === undefined) return undefined;
  const withIp = ip === undefined ? packet : addIp(packet, ip, tree, complaints);
  const withPayload = payload === undefined ? withIp : addPayload(withIp, payload, tree, complaints);
  if (malformed === undefined) return withPayload;
  if (withPayload.kind === 'tcp') return { ...withPayload, malformed };
  const span = entryOf(tree, 'malformed')?.keySpan ?? tree.span;
  complaints.report(errorAt(span, 'not-supported', '`malformed` is for TCP segments'));
  return withPayload;
}

function addIp(packet: PacketNotation, ip: IpPattern, tree: Tree, complaints: Complaints): PacketNotation {
  const entry = entryOf(tree, 'ip');
  const twice = Object.keys(ip).find((field) => Object.hasOwn(packet.ip ?? {}, field));
  if (twice !== undefined && entry !== undefined) {
    complaints.report(
      errorAt(
        entry.keySpan,
        'bad-value',
        'a field of the IP header is written both here and in the segment',
        'keep one of the two',
      ),
    );
  }
  return { ...packet, ip: { ...packet.ip, ...ip } };
}

function addPayload(packet: PacketNotation, payload: Payload, tree: Tree, complaints: Complaints): PacketNotation {
  const { bytes, span } = payload;
  if (packet.kind === 'icmp') {
    complaints.report(
      errorAt(
        entryOf(tree, 'payload')?.keySpan ?? span,
        'not-supported',
        'an ICMP message quotes a packet and takes no `payload`',
      ),
    );
    return packet;
  }
  if (packet.length !== undefined && packet.length !== bytes.length) {
    const message = `the payload has ${bytes.length} bytes, the segment says ${packet.length}`;
    complaints.report(errorAt(span, 'bad-value', message, 'make `a:b(n)` and the payload agree'));
  }
  return { ...packet, length: bytes.length, payload: bytes };
}

interface Payload {
  readonly bytes: Uint8Array;
  readonly span: Span;
}

/** `payload: TEXT`, `payload: { text: TEXT }` or `payload: { hex: DIGITS }`. */
function payloadOf(tree: Tree, complaints: Complaints): Payload | undefined {
  const whole = child(tree, 'payload');
  if (whole === undefined) return undefined;
  const text = scalarAt(tree, 'payload') ?? scalarAt(whole, 'text');
  const hex = scalarAt(whole, 'hex');
  if (text !== undefined && hex !== undefined) {
    complaints.report(errorAt(whole.span, 'bad-value', 'the payload is written twice', 'keep `text` or `hex`'));
    return undefined;
  }
  if (text !== undefined) return { bytes: new TextEncoder().encode(text.text), span: text.span };
  if (hex !== undefined) return hexPayload(hex, complaints);
  if (whole.kind === 'map' && whole.entries.length === 0)
    complaints.report(errorAt(whole.span, 'missing-key', 'the payload is empty', 'write `text` or `hex`'));
  return undefined;
}

function hexPayload(scalar: ScalarTree, complaints: Complaints): Payload | undefined {
  const bytes = readHex(scalar, complaints);
  return bytes === undefined ? undefined : { bytes, span: scalar.span };
}

function readHex(scalar: ScalarTree, complaints: Complaints): Uint8Array | undefined {
  const bytes = fromHex(scalar.text.trim().replace(/^0x/i, ''));
  if (bytes !== undefined) return bytes;
  const shown = scalar.text.length > 40 ? `${scalar.text.slice(0, 37)}...` : scalar.text;
  complaints.report(
    errorAt(
      scalar.span,
      'bad-value',
      `\`${shown}\` is not a row of bytes in hex`,
      'two hex digits for each byte: `deadbeef`',
    ),
  );
  return undefined;
}

function lowerIp(tree: Tree): IpPattern | undefined {
  const ip = child(tree, 'ip');
  if (ip === undefined) return undefined;
  const ecnName = scalarAt(ip, 'ecn')?.text;
  const ecn = ecnName === undefined ? undefined : ecnByName(ecnName);
  const dontFragment = flagAt(ip, 'df');
  return {
    ...numberField(ip, 'ttl', 'ttl'),
    ...numberField(ip, 'tos', 'tos'),
    ...numberField(ip, 'flow_label', 'flowLabel'),
    ...numberField(ip, 'id', 'id'),
    ...(ecn === undefined ? {} : { ecn }),
    ...(dontFragment === undefined ? {} : { dontFragment }),
  };
}

function lowerMalformed(tree: Tree | undefined, complaints: Complaints): Malformation | undefined {
  if (tree === undefined) return undefined;
  const raw = scalarAt(tree, 'raw_options');
  const rawOptions = raw === undefined ? undefined : readHex(raw, complaints);
  if (raw !== undefined && rawOptions !== undefined && (rawOptions.length > 40 || rawOptions.length % 4 !== 0)) {
    complaints.report(
      errorAt(raw.span, 'out-of-range', `${rawOptions.length} bytes are no option area`, 'at most 40, in words of 4'),
    );
  }
  return {
    ...numberField(tree, 'ip_checksum', 'ipChecksum'),
    ...numberField(tree, 'ip_total_length', 'ipTotalLength'),
    ...numberField(tree, 'ip_header_length', 'ipHeaderLength'),
    ...numberField(tree, 'tcp_checksum', 'tcpChecksum'),
    ...numberField(tree, 'data_offset', 'dataOffset'),
    ...numberField(tree, 'reserved_bits', 'reservedBits'),
    ...(rawOptions === undefined ? {} : { rawOptions }),
    ...numberField(tree, 'truncate_to', 'truncateTo'),
  };
}

/** One number under its name in the model, if it is there. */
function numberField<Key extends string>(tree: Tree, key: string, name: Key): { readonly [K in Key]?: number } {
  const value = integerAt(tree, key);
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in Key]?: number });
}
