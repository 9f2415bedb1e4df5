/**
 * The system calls that a spec can make, as data: what each argument may be, and what comes back.
 */
import type { ParameterKind } from './call-shape';

export interface Parameter {
  readonly name: string;
  readonly kind: ParameterKind;
}

export interface CallSignature {
  readonly parameters: readonly Parameter[];
  /** How many of the parameters must be there; all when absent. */
  readonly required?: number;
  /** A new descriptor comes back, and needs a name. */
  readonly givesSocket: boolean;
  /** What the call needs and packetspec never has, in words. The call is understood, and never made. */
  readonly unsupported?: string;
}

const FD: Parameter = { name: 'fd', kind: 'socket' };
const FLAGS: Parameter = { name: 'flags', kind: 'number' };
const LENGTH: Parameter = { name: 'length', kind: 'number' };
const COUNT: Parameter = { name: 'count', kind: 'number' };
const TIMEOUT: Parameter = { name: 'timeout', kind: 'number' };
const ADDRESS_LENGTH: Parameter = { name: 'address length', kind: 'supplied' };
const READ_BUFFER: Parameter = { name: 'buffer', kind: 'input-buffer' };
const WRITE_BUFFER: Parameter = { name: 'buffer', kind: 'output-buffer' };
const TARGET: Parameter = { name: 'address', kind: 'address-or-unspec' };

const PSP = 'PSP';

function returnsNumber(...parameters: readonly Parameter[]): CallSignature {
  return { parameters, givesSocket: false };
}

function givesSocket(...parameters: readonly Parameter[]): CallSignature {
  return { parameters, givesSocket: true };
}

function socketOption(value: Parameter): CallSignature {
  const level: Parameter = { name: 'level', kind: 'number' };
  const option: Parameter = { name: 'option', kind: 'number' };
  return returnsNumber(FD, level, option, value, { name: 'length', kind: 'option-length' });
}

export const CALLS: ReadonlyMap<string, CallSignature> = new Map<string, CallSignature>([
  [
    'socket',
    givesSocket(
      { name: 'domain', kind: 'number-or-ellipsis' },
      { name: 'type', kind: 'number' },
      { name: 'protocol', kind: 'number' },
    ),
  ],
  ['bind', returnsNumber(FD, { name: 'address', kind: 'address' }, ADDRESS_LENGTH)],
  ['listen', returnsNumber(FD, { name: 'backlog', kind: 'number' })],
  ['accept', givesSocket(FD, { name: 'address', kind: 'supplied' }, ADDRESS_LENGTH)],
  ['connect', returnsNumber(FD, TARGET, ADDRESS_LENGTH)],
  ['read', returnsNumber(FD, READ_BUFFER, LENGTH)],
  ['readv', returnsNumber(FD, { name: 'buffers', kind: 'input-vector' }, COUNT)],
  ['recv', returnsNumber(FD, READ_BUFFER, LENGTH, FLAGS)],
  ['recvfrom', returnsNumber(FD, READ_BUFFER, LENGTH, FLAGS, { name: 'address', kind: 'supplied' }, ADDRESS_LENGTH)],
  ['recvmsg', returnsNumber(FD, { name: 'message', kind: 'input-message' }, FLAGS)],
  ['write', returnsNumber(FD, WRITE_BUFFER, LENGTH)],
  ['writev', returnsNumber(FD, { name: 'buffers', kind: 'output-vector' }, COUNT)],
  ['send', returnsNumber(FD, WRITE_BUFFER, LENGTH, FLAGS)],
  ['sendto', returnsNumber(FD, WRITE_BUFFER, LENGTH, FLAGS, TARGET, ADDRESS_LENGTH)],
  ['sendmsg', returnsNumber(FD, { name: 'message', kind: 'output-message' }, FLAGS)],
  ['close', returnsNumber(FD)],
  ['shutdown', returnsNumber(FD, { name: 'how', kind: 'number' })],
  ['setsockopt', socketOption({ name: 'value', kind: 'option-value' })],
  ['getsockopt', socketOption({ name: 'value', kind: 'option-result' })],
  [
    'fcntl',
    { ...returnsNumber(FD, { name: 'command', kind: 'number' }, { name: 'argument', kind: 'number' }), required: 2 },
  ],
  [
    'ioctl',
    { ...returnsNumber(FD, { name: 'request', kind: 'number' }, { name: 'value', kind: 'boxed-number' }), required: 2 },
  ],
  ['poll', returnsNumber({ name: 'entries', kind: 'poll-list' }, COUNT, TIMEOUT)],
  ['epoll_create', givesSocket({ name: 'size', kind: 'number' })],
  [
    'epoll_ctl',
    returnsNumber({ name: 'epoll', kind: 'socket' }, { name: 'operation', kind: 'number' }, FD, {
      name: 'event',
      kind: 'epoll-change',
    }),
  ],
  [
    'epoll_wait',
    returnsNumber({ name: 'epoll', kind: 'socket' }, { name: 'event', kind: 'epoll-event' }, COUNT, TIMEOUT),
  ],
  ['open', givesSocket({ name: 'path', kind: 'text' }, FLAGS)],
  [
    'sendfile',
    returnsNumber(
      { name: 'output', kind: 'socket' },
      { name: 'input', kind: 'socket' },
      { name: 'offset', kind: 'offset' },
      COUNT,
    ),
  ],
  ['pipe', returnsNumber({ name: 'ends', kind: 'new-sockets' })],
  [
    'splice',
    returnsNumber(
      { name: 'input', kind: 'socket' },
      { name: 'input offset', kind: 'offset' },
      { name: 'output', kind: 'socket' },
      { name: 'output offset', kind: 'offset' },
      COUNT,
      FLAGS,
    ),
  ],
  [
    'cap_set',
    returnsNumber(
      { name: 'set', kind: 'number' },
      { name: 'capability', kind: 'number' },
      { name: 'value', kind: 'number' },
    ),
  ],
  ['psp_rx_assoc', { ...returnsNumber(FD, { name: 'SPI', kind: 'boxed-number' }), unsupported: PSP }],
  ['psp_tx_assoc', { ...returnsNumber(FD, { name: 'SPI', kind: 'number' }), unsupported: PSP }],
]);
