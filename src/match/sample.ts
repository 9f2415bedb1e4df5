/** Comparing what was sampled - queues, sockets, counters, TCP_INFO - with a step's expectations, field by field. */
import { unreachable } from '../base/assert';
import type { SOCKET_FIELDS } from '../spec/fields';
import type { FieldExpectation, SampleExpectation } from '../spec/model';
import type { Connection } from '../timeline/timeline';
import type { CounterValues, ProcNetTcpRow, Sample, SocketEntry } from '../trace/trace';
import { counterDelta, resolveCounter } from './counters';
import type { Mismatch } from './match';
import { tcpInfoField } from '../wire/tcp-info';
import { matchesValue, printValue } from './value';

/** What a sample is judged against besides the step itself. */
export interface SampleContext {
  readonly baseline: CounterValues;
  readonly marks: ReadonlyMap<string, CounterValues>;
  readonly listenerPort: number;
  /** The connection of the step, with its ports as far as they are known. */
  readonly connection: Connection | undefined;
}

/** RFC 9293 section 3.3.2: CLOSED is the state of no connection at all; the kernel calls it CLOSE. */
const NO_SOCKET = 'CLOSE';

type Observed = number | string | undefined;

/** One result per field: `undefined` where it fits. */
export interface FieldResult {
  readonly field: FieldExpectation;
  readonly observed: Observed;
  readonly mismatch: Mismatch | undefined;
}

/** Looks up every expected field in the sample and compares. */
export function matchSample(
  expectation: SampleExpectation,
  sample: Sample,
  context: SampleContext,
): readonly FieldResult[] {
  const lookUp = lookUpFor(expectation, sample, context);
  return expectation.fields.map((field) => matchField(field, lookUp(field.name)));
}

/** Compares one value. */
export function matchField(field: FieldExpectation, observed: Observed): FieldResult {
  if (matchesValue(field.value, observed)) return { field, observed, mismatch: undefined };
  const mismatch = {
    field: field.name,
    expected: printValue(field.value),
    observed: observed === undefined ? 'absent' : String(observed),
  };
  return { field, observed, mismatch };
}

function lookUpFor(expectation: SampleExpectation, sample: Sample, context: SampleContext): (name: string) => Observed {
  switch (expectation.kind) {
    case 'queue':
      return queueFields(sample.sockets ?? [], expectation.port ?? context.listenerPort);
    case 'sockets':
      return (name) => (sample.sockets ?? []).filter((socket) => socket.state === name).length;
    case 'socket':
      return socketFields((sample.sockets ?? []).find((socket) => isOf(socket, context.connection)));
    case 'counters':
      return counterFields(sample.counters ?? {}, expectation.since?.name, context);
    case 'tcp_info': {
      const info = sample.tcpInfo;
      return (name) => (info !== undefined && 'bytes' in info ? tcpInfoField(info.bytes, name) : info?.errno);
    }
    case 'proc_net_tcp':
      return procFields(sample.procNetTcp ?? [], expectation.port, context);
    default:
      return unreachable(expectation);
  }
}

function queueFields(sockets: readonly SocketEntry[], port: number): (name: string) => Observed {
  const listener = sockets.find((socket) => socket.state === 'LISTEN' && socket.localPort === port);
  return (name) => {
    if (name === 'accept') return listener?.receiveQueue;
    if (name === 'limit') return listener?.sendQueue;
    return sockets.filter((socket) => socket.state === 'SYN_RECV' && socket.localPort === port).length;
  };
}

function socketFields(socket: SocketEntry | undefined): (name: string) => Observed {
  const { memory } = socket ?? {};
  const fields: Readonly<Record<(typeof SOCKET_FIELDS)[number], Observed>> = {
    state: socket?.state ?? NO_SOCKET,
    recv_queue: socket?.receiveQueue,
    send_queue: socket?.sendQueue,
    retransmits: socket?.retransmits,
    timer: socket?.timer,
    timer_expires_ms: socket?.timerExpiresMs,
    receive_allocated: memory?.receiveAllocated,
    receive_buffer: memory?.receiveBuffer,
    send_allocated: memory?.sendAllocated,
    send_buffer: memory?.sendBuffer,
    forward_allocated: memory?.forwardAllocated,
    write_queued: memory?.writeQueued,
    option_memory: memory?.optionMemory,
    backlog: memory?.backlog,
    drops: memory?.drops,
  };
  return (name) => (Object.hasOwn(fields, name) ? fields[name as keyof typeof fields] : undefined);
}

function isOf(entry: SocketEntry | ProcNetTcpRow, connection: Connection | undefined): boolean {
  return (
    connection !== undefined &&
    entry.localPort === connection.localPort &&
    entry.remotePort === connection.remotePort &&
    entry.remoteAddress === connection.remoteAddress
  );
}

function counterFields(
  counters: CounterValues,
  mark: string | undefined,
  context: SampleContext,
): (name: string) => Observed {
  const since = mark === undefined ? undefined : context.marks.get(mark);
  return (name) => {
    const full = resolveCounter(name, context.baseline);
    return full === undefined ? undefined : counterDelta(full, context.baseline, counters, since);
  };
}

function procFields(
  rows: readonly ProcNetTcpRow[],
  port: number | undefined,
  context: SampleContext,
): (name: string) => Observed {
  const ofConnection = port === undefined && context.connection !== undefined;
  const row = ofConnection
    ? rows.find((one) => isOf(one, context.connection))
    : rows.find((one) => one.state === 'LISTEN' && one.localPort === (port ?? context.listenerPort));
  return (name) => {
    switch (name) {
      case 'rx_queue':
        return row?.rxQueue;
      case 'tx_queue':
        return row?.txQueue;
      case 'retransmits':
        return row?.retransmits;
      case 'state':
        return row?.state ?? NO_SOCKET;
      default:
        return undefined;
    }
  };
}
