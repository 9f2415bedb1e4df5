/**
 * Structures between `{` and `}`: fields by name (`{onoff=1, linger=0}`), with a length in brackets as in
 * `msg_iov(1)=[...]`, and the three that have a notation of their own: a buffer with its length (`{..., 1000}`, struct
 * iovec), a GRE header (`{flags [key present], sum 0, off 0, key 5, seq 0}`) and a stack of MPLS labels
 * (`{(label 16, tc 0, [S], ttl 64)}`).
 */
import { concatBytes, viewOf } from '../../wire/bytes';
import { encodeInteger } from '../structures';
import type { CallArgument, StructField } from '../model';
import type { Scanner } from './scanner';

const FIELD = /[A-Za-z_]\w*/y;
const FIELD_START = /[A-Za-z_]\w*(?=\s*[=(])/y;
const GRE_START = /[Ff]lags(?=\s*[\[\d])/y;
const LARGEST_U32 = 0xffff_ffff;
const LARGEST_U16 = 0xffff;

/** The names of the lengths that msghdr has beside its fields. */
const LENGTHS: ReadonlyMap<string, string> = new Map([
  ['msg_name', 'msg_namelen'],
  ['msg_iov', 'msg_iovlen'],
]);

type ReadArgument = () => CallArgument | undefined;

/**
 * Reads what stands behind `{`; reports why it is no structure.
 * @param start where the bracket stands
 * @param readArgument reads one value inside
 */
export function readStructure(scanner: Scanner, start: number, readArgument: ReadArgument): CallArgument | undefined {
  if (scanner.looksAt('(')) return readLabels(scanner, start);
  if (lookFor(scanner, GRE_START)) return readGre(scanner, start);
  const isNamed = scanner.looksAt('}') || lookFor(scanner, FIELD_START);
  const fields = isNamed ? readFields(scanner, readArgument) : readPiece(scanner, readArgument);
  if (fields === undefined) return undefined;
  if (!scanner.take('}')) return scanner.expected('`,` or `}`');
  return { kind: 'struct', fields, span: scanner.span(start) };
}

function lookFor(scanner: Scanner, expression: RegExp): boolean {
  const found = scanner.match(expression);
  if (found !== undefined) scanner.moveTo(found.start);
  return found !== undefined;
}

function readFields(scanner: Scanner, readArgument: ReadArgument): readonly StructField[] | undefined {
  const fields: StructField[] = [];
  if (scanner.looksAt('}')) return fields;
  do {
    const name = scanner.match(FIELD);
    if (name === undefined) return scanner.expected('a field name', 'write {name=value, ...}');
    const length = LENGTHS.get(name.text);
    if (length !== undefined && scanner.take('(')) {
      const value = readArgument();
      if (value === undefined) return undefined;
      if (!scanner.take(')')) return scanner.expected(`\`)\` after the length of \`${name.text}\``);
      fields.push({ name: length, value });
    }
    if (!scanner.take('=')) return scanner.expected(`\`=\` after \`${name.text}\``);
    const value = readArgument();
    if (value === undefined) return undefined;
    fields.push({ name: name.text, value });
  } while (scanner.take(','));
  return fields;
}

/** struct iovec: `{..., 1000}`. */
function readPiece(scanner: Scanner, readArgument: ReadArgument): readonly StructField[] | undefined {
  const base = readArgument();
  if (base === undefined) return undefined;
  if (!scanner.take(',')) return scanner.expected('`,` and the length', 'write {..., length} or {name=value, ...}');
  const length = readArgument();
  if (length === undefined) return undefined;
  return [
    { name: 'iov_base', value: base },
    { name: 'iov_len', value: length },
  ];
}

const GRE_FLAGS: readonly (readonly [RegExp, number])[] = [
  [/none(?!\w)/y, 0],
  [/checksum\s+present/y, 0x8000],
  [/key\s+present/y, 0x2000],
  [/sequence#\s+present/y, 0x1000],
];

/** A GRE header with all of its optional fields (RFC 2784, RFC 2890), as sixteen bytes. */
function readGre(scanner: Scanner, start: number): CallArgument | undefined {
  const flags = readGreFlags(scanner);
  if (flags === undefined) return undefined;
  const values: number[] = [];
  for (const [name, most] of [
    ['sum', LARGEST_U16],
    ['off', LARGEST_U16],
    ['key', LARGEST_U32],
    ['seq', LARGEST_U32],
  ] as const) {
    scanner.take(',');
    if (!scanner.takeWord(name)) return scanner.expected(`\`${name}\` of the GRE header`);
    if (name === 'key') scanner.take('=');
    const value = scanner.integer(`\`${name}\``, 0, most);
    if (value === undefined) return undefined;
    values.push(value);
  }
  if (!scanner.take('}')) return scanner.expected('`}` after the GRE header');
  const [sum = 0, off = 0, key = 0, seq = 0] = values;
  const bytes = new Uint8Array(16);
  const view = viewOf(bytes);
  view.setUint16(0, flags);
  view.setUint16(4, sum);
  view.setUint16(6, off);
  view.setUint32(8, key);
  view.setUint32(12, seq);
  return { kind: 'string', bytes, span: scanner.span(start) };
}

function readGreFlags(scanner: Scanner): number | undefined {
  scanner.match(FIELD);
  if (!scanner.take('[')) return scanner.integer('the flags', 0, LARGEST_U16);
  let flags = 0;
  do {
    const flag = GRE_FLAGS.find(([expression]) => scanner.match(expression) !== undefined);
    if (flag === undefined)
      return scanner.expected('a GRE flag', '`none`, `checksum present`, `key present` or `sequence# present`');
    flags |= flag[1];
  } while (scanner.take(','));
  return scanner.take(']') ? flags : scanner.expected('`,` or `]` after the flags');
}

/** Entries of an MPLS label stack (RFC 3032, RFC 5462), four bytes each. */
function readLabels(scanner: Scanner, start: number): CallArgument | undefined {
  const entries: Uint8Array[] = [];
  while (scanner.take('(')) {
    const label = readPart(scanner, 'label', 0xf_ffff);
    const trafficClass = label === undefined ? undefined : readPart(scanner, 'tc', 7);
    if (label === undefined || trafficClass === undefined) return undefined;
    const isBottom = scanner.match(/\[\s*S\s*\]\s*,/y) !== undefined;
    const ttl = readPart(scanner, 'ttl', 0xff);
    if (ttl === undefined) return undefined;
    const entry = (label << 12) | (trafficClass << 9) | (isBottom ? 1 << 8 : 0) | ttl;
    entries.push(encodeInteger(entry).reverse());
  }
  if (!scanner.take('}')) return scanner.expected('`(` of the next label, or `}`');
  return { kind: 'string', bytes: concatBytes(entries), span: scanner.span(start) };
}

/** `label 16,`, or `ttl 64)` at the end. */
function readPart(scanner: Scanner, name: 'label' | 'tc' | 'ttl', most: number): number | undefined {
  if (!scanner.takeWord(name))
    return scanner.expected(`\`${name}\` of an MPLS label`, 'write (label N, tc N, [S], ttl N)');
  const value = scanner.integer(`\`${name}\``, 0, most);
  if (value === undefined) return undefined;
  const end = name === 'ttl' ? ')' : ',';
  return scanner.take(end) ? value : scanner.expected(`\`${end}\` after \`${name}\``);
}
