/**
 * What may stand in the place of an argument: for each kind of place its words for people, and what fits there.
 *
 * A place takes one thing (a leaf), a list, a structure with named fields, or a structure that its first field tells.
 */
import { STATISTICS } from '../structures';
import type { CallArgument, StructField } from '../model';

export type ParameterKind =
  | 'socket'
  | 'new-socket'
  | 'new-sockets'
  | 'number'
  /** A number of 64 bits. */
  | 'wide-number'
  /** 0 to 255. */
  | 'byte'
  | 'number-or-ellipsis'
  | 'text'
  | 'address'
  | 'address-or-unspec'
  | 'supplied'
  | 'output-buffer'
  | 'input-buffer'
  | 'output-piece'
  | 'input-piece'
  | 'output-vector'
  | 'input-vector'
  | 'output-message'
  | 'input-message'
  | 'control-list'
  | 'control'
  | 'control-data'
  | 'extended-error'
  | 'timestamp'
  | 'statistics'
  | 'statistic'
  | 'linger'
  | 'option-value'
  | 'option-result'
  | 'option-length'
  | 'boxed-number'
  | 'poll-list'
  | 'poll-entry'
  | 'epoll-event'
  | 'epoll-change'
  | 'pointer'
  | 'offset';

export type Shape =
  | { readonly form: 'leaf'; readonly words: string; readonly accepts: (argument: CallArgument) => boolean }
  | { readonly form: 'list'; readonly words: string; readonly item: ParameterKind; readonly count?: number }
  | {
      readonly form: 'structure';
      readonly words: string;
      readonly fields: ReadonlyMap<string, FieldShape>;
      /** Exactly one of these fields is there. */
      readonly oneOf?: readonly string[];
    }
  /** The argument decides of which kind it is; `undefined` when it is of none. */
  | {
      readonly form: 'choice';
      readonly words: string;
      readonly choose: (argument: CallArgument) => ParameterKind | undefined;
    };

export interface FieldShape {
  readonly kind: ParameterKind;
  readonly required: boolean;
}

function must(kind: ParameterKind): FieldShape {
  return { kind, required: true };
}

function may(kind: ParameterKind): FieldShape {
  return { kind, required: false };
}

function fieldsOf(fields: Readonly<Record<string, FieldShape>>): ReadonlyMap<string, FieldShape> {
  return new Map(Object.entries(fields));
}

const BUFFERS = '`[{..., length}, ...]`';

/** struct msghdr, with the fields' own names. */
function message(buffers: ParameterKind): Shape {
  return {
    form: 'structure',
    words: '`{msg_name(...)=..., msg_iov(1)=[{..., length}], msg_flags=0, msg_control=[...]}`',
    fields: fieldsOf({
      msg_name: may('supplied'),
      msg_namelen: may('supplied'),
      msg_iov: must(buffers),
      msg_iovlen: may('number'),
      msg_flags: may('number'),
      msg_control: may('control-list'),
    }),
  };
}

/** struct iovec, whose fields have no names in the notation. */
function piece(buffer: ParameterKind): Shape {
  return {
    form: 'structure',
    words: '`{..., length}`',
    fields: fieldsOf({ iov_base: must(buffer), iov_len: must('number') }),
  };
}

export const SHAPES: Readonly<Record<ParameterKind, Shape>> = {
  socket: {
    form: 'leaf',
    words: 'the name of a socket',
    accepts: (argument) => isSocket(argument) || isNegative(argument),
  },
  'new-socket': { form: 'leaf', words: 'a name for a new descriptor', accepts: isSocket },
  'new-sockets': { form: 'list', words: '`[a, b]`, the names for both ends', item: 'new-socket', count: 2 },
  number: { form: 'leaf', words: 'a number or constants', accepts: isNumber },
  'wide-number': { form: 'leaf', words: 'a number or constants', accepts: isNumber },
  byte: {
    form: 'leaf',
    words: 'a number from 0 to 255, or constants',
    accepts: (argument) => isNumber(argument) && !(argument.kind === 'integer' && !isByte(argument.value)),
  },
  'number-or-ellipsis': {
    form: 'leaf',
    words: 'a number, a constant or `...`',
    accepts: (argument) => isNumber(argument) || isEllipsis(argument),
  },
  text: { form: 'leaf', words: '"text"', accepts: isText },
  address: { form: 'leaf', words: '`...` (the harness knows the address)', accepts: isEllipsis },
  'address-or-unspec': {
    form: 'leaf',
    words: '`...` (the harness knows the address) or `AF_UNSPEC`',
    accepts: (argument) => isEllipsis(argument) || isUnspec(argument),
  },
  supplied: { form: 'leaf', words: '`...`', accepts: isEllipsis },
  'output-buffer': { form: 'leaf', words: '`...` (zeros), "text" or `NULL`', accepts: isBuffer },
  'input-buffer': { form: 'leaf', words: '`...` (any content), "text" or `NULL`', accepts: isBuffer },
  'output-piece': piece('output-buffer'),
  'input-piece': piece('input-buffer'),
  'output-vector': { form: 'list', words: BUFFERS, item: 'output-piece' },
  'input-vector': { form: 'list', words: BUFFERS, item: 'input-piece' },
  'output-message': message('output-vector'),
  'input-message': message('input-vector'),
  'control-list': { form: 'list', words: '`[{cmsg_level=..., cmsg_type=..., cmsg_data=...}, ...]`', item: 'control' },
  control: {
    form: 'structure',
    words: '`{cmsg_level=LEVEL, cmsg_type=TYPE, cmsg_data=DATA}`',
    fields: fieldsOf({ cmsg_level: must('number'), cmsg_type: must('number'), cmsg_data: must('control-data') }),
  },
  'control-data': {
    form: 'choice',
    words: 'a number, "bytes", `{ee_errno=..., ...}`, `{scm_sec=..., scm_nsec=...}` or `{TCP_NLA_...=..., ...}`',
    choose: controlDataKind,
  },
  'extended-error': {
    form: 'structure',
    words: '`{ee_errno=N, ee_origin=N, ee_type=N, ee_code=N, ee_info=N, ee_data=N}`',
    fields: fieldsOf({
      ee_errno: must('number'),
      ee_origin: must('byte'),
      ee_type: must('byte'),
      ee_code: must('byte'),
      ee_info: must('number'),
      ee_data: must('number'),
    }),
  },
  timestamp: {
    form: 'structure',
    words: '`{scm_sec=N, scm_nsec=N}`',
    fields: fieldsOf({ scm_sec: must('wide-number'), scm_nsec: must('wide-number') }),
  },
  statistics: {
    form: 'structure',
    words: '`{TCP_NLA_BUSY=N, TCP_NLA_SND_CWND=..., ...}`, in the order of the kernel',
    fields: new Map([...STATISTICS.keys()].map((name) => [name, may('statistic')])),
  },
  statistic: {
    form: 'leaf',
    words: 'a number or `...` (any)',
    accepts: (argument) => isNumber(argument) || isEllipsis(argument),
  },
  linger: {
    form: 'structure',
    words: '`{onoff=1, linger=0}`',
    fields: fieldsOf({ onoff: must('number'), linger: must('number') }),
  },
  'option-value': {
    form: 'choice',
    words: '`[number]`, "bytes" or `{onoff=1, linger=0}`',
    choose: (argument) => (hasEllipsis(argument) ? undefined : optionKind(argument)),
  },
  'option-result': {
    form: 'choice',
    words: '`[number]`, "bytes", `{onoff=1, linger=0}` or `...` (any)',
    choose: optionKind,
  },
  'option-length': {
    form: 'leaf',
    words: 'a number, `[number]` or `...`',
    accepts: (argument) => isEllipsis(argument) || isNumber(argument) || isBoxed(argument),
  },
  'boxed-number': {
    form: 'leaf',
    words: '`[number]` or `...`',
    accepts: (argument) => isEllipsis(argument) || isBoxed(argument),
  },
  'poll-list': { form: 'list', words: '`[{fd=NAME, events=POLLIN, revents=POLLIN}]`', item: 'poll-entry' },
  'poll-entry': {
    form: 'structure',
    words: '`{fd=NAME, events=POLLIN, revents=POLLIN}`',
    fields: fieldsOf({ fd: must('socket'), events: must('number'), revents: may('number') }),
  },
  'epoll-event': {
    form: 'structure',
    words: '`{events=EPOLLIN, fd=NAME}`, or with `ptr`, `u32` or `u64` in place of `fd`',
    fields: fieldsOf({
      events: must('number'),
      fd: may('socket'),
      ptr: may('pointer'),
      u32: may('number'),
      u64: may('wide-number'),
    }),
    oneOf: ['fd', 'ptr', 'u32', 'u64'],
  },
  'epoll-change': {
    form: 'choice',
    words: '`{events=EPOLLIN, fd=NAME}`, or `NULL` with EPOLL_CTL_DEL',
    choose: (argument) =>
      argument.kind === 'null' ? 'pointer' : argument.kind === 'struct' ? 'epoll-event' : undefined,
  },
  pointer: {
    form: 'leaf',
    words: 'a number or `NULL`',
    accepts: (argument) => isNumber(argument) || argument.kind === 'null',
  },
  offset: {
    form: 'leaf',
    words: '`NULL` or `[number]`',
    accepts: (argument) => argument.kind === 'null' || isBoxed(argument),
  },
};

/** Places whose numbers may have more than 32 bits. */
export const WIDE_KINDS: ReadonlySet<ParameterKind> = new Set(['wide-number', 'pointer', 'offset', 'statistic']);

function controlDataKind(argument: CallArgument): ParameterKind | undefined {
  if (isNumber(argument)) return 'number';
  if (isText(argument)) return 'text';
  if (argument.kind !== 'struct') return undefined;
  const first = argument.fields[0]?.name ?? '';
  if (first.startsWith('ee_')) return 'extended-error';
  if (first.startsWith('scm_')) return 'timestamp';
  return first.startsWith('TCP_NLA_') ? 'statistics' : undefined;
}

function optionKind(argument: CallArgument): ParameterKind | undefined {
  if (isText(argument)) return 'text';
  if (isEllipsis(argument)) return 'supplied';
  if (isBoxed(argument)) return 'boxed-number';
  return argument.kind === 'struct' && isLinger(argument.fields) ? 'linger' : undefined;
}

function isLinger(fields: readonly StructField[]): boolean {
  return fields.length === 2 && fields.every(({ name }) => name === 'onoff' || name === 'linger');
}

function isSocket(argument: CallArgument): boolean {
  return argument.kind === 'socket';
}

/** `-1` as a descriptor: EBADF on purpose. */
function isNegative(argument: CallArgument): boolean {
  return argument.kind === 'integer' && argument.value < 0;
}

function isNumber(argument: CallArgument): boolean {
  return argument.kind === 'integer' || argument.kind === 'symbols';
}

function isByte(value: number): boolean {
  return value >= 0 && value <= 0xff;
}

function isEllipsis(argument: CallArgument): boolean {
  return argument.kind === 'ellipsis';
}

/** `...`, in brackets or without. */
function hasEllipsis(argument: CallArgument): boolean {
  return isEllipsis(argument) || (argument.kind === 'list' && argument.items.some(isEllipsis));
}

function isText(argument: CallArgument): boolean {
  return argument.kind === 'string';
}

function isBuffer(argument: CallArgument): boolean {
  return isEllipsis(argument) || isText(argument) || argument.kind === 'null';
}

function isUnspec(argument: CallArgument): boolean {
  return argument.kind === 'symbols' && /^[AP]F_UNSPEC$/.test(argument.names.join());
}

function isBoxed(argument: CallArgument): boolean {
  const [item] = argument.kind === 'list' ? argument.items : [];
  return (
    argument.kind === 'list' &&
    argument.items.length === 1 &&
    item !== undefined &&
    (isNumber(item) || isEllipsis(item))
  );
}
