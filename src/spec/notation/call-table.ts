/**
 * The system calls that a spec can make, as data: what each argument may be, and what comes back.
 */

/** What may stand in one place of an argument list. */
export type ParameterKind =
  /** The name of a socket. */
  | 'socket'
  /** A whole number or constants. */
  | 'number'
  /** As `number`, or `...`. */
  | 'number-or-ellipsis'
  /** `...`, since the harness knows the address; `AF_UNSPEC` where the call takes it. */
  | 'address'
  | 'address-or-unspec'
  /** `...`. */
  | 'supplied'
  /** `...` (zeros are written) or `"text"`. */
  | 'output-buffer'
  /** `...` (any content) or `"text"` (exactly this). */
  | 'input-buffer'
  /** `[1]`, `"bytes"`, `{onoff=1, linger=0}` or `...`. */
  | 'option-value'
  /** `4`, `[4]` or `...`. */
  | 'option-length'
  /** `[1]` or `...`. */
  | 'boxed-number'
  /** `[{fd=app, events=POLLIN, revents=POLLIN}]`. */
  | 'poll-list';

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
}

export interface CallSignature {
  readonly parameters: readonly Parameter[];
  /** How many of the parameters must be there; all when absent. */
  readonly required?: number;
  /** A new socket comes back, and needs a name. */
  readonly givesSocket: boolean;
}

const FD: Parameter = { name: 'fd', kind: 'socket' };
const FLAGS: Parameter = { name: 'flags', kind: 'number' };
const LENGTH: Parameter = { name: 'length', kind: 'number' };
const ADDRESS_LENGTH: Parameter = { name: 'address length', kind: 'supplied' };
const READ_BUFFER: Parameter = { name: 'buffer', kind: 'input-buffer' };
const WRITE_BUFFER: Parameter = { name: 'buffer', kind: 'output-buffer' };

function returnsNumber(...parameters: readonly Parameter[]): CallSignature {
  return { parameters, givesSocket: false };
}

const SOCKET_OPTION = returnsNumber(
  FD,
  { name: 'level', kind: 'number' },
  { name: 'option', kind: 'number' },
  { name: 'value', kind: 'option-value' },
  { name: 'length', kind: 'option-length' },
);

export const CALLS: ReadonlyMap<string, CallSignature> = new Map<string, CallSignature>([
  [
    'socket',
    {
      parameters: [
        { name: 'domain', kind: 'number-or-ellipsis' },
        { name: 'type', kind: 'number' },
        { name: 'protocol', kind: 'number' },
      ],
      givesSocket: true,
    },
  ],
  ['bind', returnsNumber(FD, { name: 'address', kind: 'address' }, ADDRESS_LENGTH)],
  ['listen', returnsNumber(FD, { name: 'backlog', kind: 'number' })],
  ['accept', { parameters: [FD, { name: 'address', kind: 'supplied' }, ADDRESS_LENGTH], givesSocket: true }],
  ['connect', returnsNumber(FD, { name: 'address', kind: 'address-or-unspec' }, ADDRESS_LENGTH)],
  ['read', returnsNumber(FD, READ_BUFFER, LENGTH)],
  ['recv', returnsNumber(FD, READ_BUFFER, LENGTH, FLAGS)],
  ['recvfrom', returnsNumber(FD, READ_BUFFER, LENGTH, FLAGS, { name: 'address', kind: 'supplied' }, ADDRESS_LENGTH)],
  ['write', returnsNumber(FD, WRITE_BUFFER, LENGTH)],
  ['send', returnsNumber(FD, WRITE_BUFFER, LENGTH, FLAGS)],
  [
    'sendto',
    returnsNumber(FD, WRITE_BUFFER, LENGTH, FLAGS, { name: 'address', kind: 'address-or-unspec' }, ADDRESS_LENGTH),
  ],
  ['close', returnsNumber(FD)],
  ['shutdown', returnsNumber(FD, { name: 'how', kind: 'number' })],
  ['setsockopt', SOCKET_OPTION],
  ['getsockopt', SOCKET_OPTION],
  [
    'fcntl',
    {
      parameters: [FD, { name: 'command', kind: 'number' }, { name: 'argument', kind: 'number' }],
      required: 2,
      givesSocket: false,
    },
  ],
  [
    'ioctl',
    {
      parameters: [FD, { name: 'request', kind: 'number' }, { name: 'value', kind: 'boxed-number' }],
      required: 2,
      givesSocket: false,
    },
  ],
  [
    'poll',
    returnsNumber(
      { name: 'entries', kind: 'poll-list' },
      { name: 'count', kind: 'number' },
      { name: 'timeout', kind: 'number' },
    ),
  ],
]);
