/** Comparing what a system call did with what the spec says: result, errno, and the values that it wrote. */
import { boxedInteger, fieldOf, itemsOf } from '../spec/arguments';
import { epollDataOf } from '../spec/epoll-data';
import type { Call, CallArgument } from '../spec/model';
import { layoutWith, readField } from '../spec/structures';
import type { CallOutcome, CallOutputs } from '../trace/trace';
import { concatBytes } from '../wire/bytes';
import { type CallClock, matchControl } from './call-control';
import { flagPrinter, matchBytes, matchNumber, sameInt } from './call-fields';
import type { Mismatch } from './match';

/**
 * The mismatches of a call's outcome; none means that it did what the spec says.
 * @param clock for the stamps in control messages, which are not compared without it
 */
export function matchCall(call: Call, outcome: CallOutcome, clock?: CallClock): readonly Mismatch[] {
  if (outcome.notMade !== undefined) return [{ field: 'call', expected: 'made', observed: outcome.notMade }];
  const result = matchResult(call, outcome);
  return result.length > 0 ? result : matchOutputs(call, outcome, clock);
}

function matchResult({ result }: Call, outcome: CallOutcome): readonly Mismatch[] {
  const observed = printOutcome(outcome);
  if (result.kind === 'socket') {
    return outcome.returned >= 0 ? [] : [{ field: 'result', expected: 'a descriptor', observed }];
  }
  const sameErrno =
    result.errno === undefined ? outcome.errno === '' || sameInt(result.value, -1) : result.errno === outcome.errno;
  if (sameInt(result.value, outcome.returned) && sameErrno) return [];
  return [
    { field: 'result', expected: `${result.value}${result.errno === undefined ? '' : ` ${result.errno}`}`, observed },
  ];
}

/** `-1 EAGAIN`, `10`. */
export function printOutcome(outcome: CallOutcome): string {
  return `${outcome.returned}${outcome.errno === '' ? '' : ` ${outcome.errno}`}`;
}

function matchOutputs(call: Call, outcome: CallOutcome, clock: CallClock | undefined): readonly Mismatch[] {
  const { outputs } = outcome;
  switch (call.name) {
    case 'getsockopt':
      return matchOption(call, outcome);
    case 'epoll_wait':
      return matchEpollEvent(call.args[1], outputs);
    default:
      // A call that failed wrote nothing.
      return outcome.returned < 0 ? [] : matchWritten(call, outputs, clock);
  }
}

function matchWritten({ name, args }: Call, outputs: CallOutputs, clock: CallClock | undefined): readonly Mismatch[] {
  switch (name) {
    case 'read':
    case 'recv':
    case 'recvfrom':
      return matchBytes('data', textOf(args[1]), outputs.bytes);
    case 'readv':
      return matchBytes('data', textsOf(args[1]), outputs.bytes);
    case 'recvmsg':
      return matchMessage(args[1], outputs, clock);
    case 'ioctl':
      return matchNumber('value', itemsOf(args[2])[0], outputs.value);
    case 'poll':
      return matchEvents(args[0], outputs.revents ?? []);
    default:
      return [];
  }
}

function textOf(argument: CallArgument | undefined): Uint8Array | undefined {
  return argument?.kind === 'string' ? argument.bytes : undefined;
}

/** What all buffers together must hold; anything, when one of them is left open. */
function textsOf(vector: CallArgument | undefined): Uint8Array | undefined {
  const texts = itemsOf(vector).map((piece) => textOf(fieldOf(piece, 'iov_base')));
  const known = texts.filter((text) => text !== undefined);
  return known.length < texts.length || texts.length === 0 ? undefined : concatBytes(known);
}

function matchMessage(
  message: CallArgument | undefined,
  outputs: CallOutputs,
  clock: CallClock | undefined,
): readonly Mismatch[] {
  return [
    ...matchBytes('data', textsOf(fieldOf(message, 'msg_iov')), outputs.bytes),
    ...matchNumber('msg_flags', fieldOf(message, 'msg_flags'), outputs.messageFlags, flagPrinter(/^MSG_/)),
    ...matchControl(fieldOf(message, 'msg_control'), outputs.control ?? [], clock),
  ];
}

/** Of a call that failed, the buffer is as it was before: zeros, of the length that was offered. */
function matchOption({ args }: Call, { returned, outputs }: CallOutcome): readonly Mismatch[] {
  const [, , , value, length] = args;
  const offered = boxedInteger(length) ?? 4;
  const got = returned < 0 ? { bytes: new Uint8Array(offered), value: 0, length: offered } : outputs;
  return [...matchOptionValue(value, got), ...matchNumber('option length', itemsOf(length)[0] ?? length, got.length)];
}

function matchOptionValue(expected: CallArgument | undefined, outputs: CallOutputs): readonly Mismatch[] {
  const { bytes, value } = outputs;
  if (expected?.kind === 'string') return matchBytes('option value', expected.bytes, bytes);
  if (expected?.kind !== 'struct') return matchNumber('option value', itemsOf(expected)[0], value);
  return (layoutWith(expected.fields[0]?.name ?? '')?.fields ?? []).flatMap((field) => {
    const got = bytes === undefined ? undefined : readField(bytes, field);
    return matchNumber(field.name, fieldOf(expected, field.name), got === undefined ? undefined : Number(got) | 0);
  });
}

function matchEvents(expected: CallArgument | undefined, revents: readonly number[]): readonly Mismatch[] {
  return itemsOf(expected).flatMap((item, index) =>
    matchNumber(`revents[${index}]`, fieldOf(item, 'revents'), revents[index], flagPrinter(/^POLL/)),
  );
}

/** The first event, and zeros when there is none: a spec then writes `{events=0, ptr=0}`. */
function matchEpollEvent(expected: CallArgument | undefined, outputs: CallOutputs): readonly Mismatch[] {
  const { events, data } = outputs.events?.[0] ?? { events: 0, data: '0' };
  const mismatches = matchNumber('events', fieldOf(expected, 'events'), events, flagPrinter(/^EPOLL(?!_CTL)/));
  const wanted = epollDataOf(expected);
  if (wanted === undefined) return mismatches;
  const got = BigInt.asUintN(wanted.bits, BigInt(`0x${data}`));
  if (got === wanted.value) return mismatches;
  return [...mismatches, { field: wanted.field, ...printData(fieldOf(expected, wanted.field), wanted.value, got) }];
}

function printData(written: CallArgument | undefined, wanted: bigint, got: bigint): Omit<Mismatch, 'field'> {
  const expected = written?.kind === 'socket' ? written.name : String(wanted);
  // The number of a name says nothing; that it is another one does.
  const isNamed = written?.kind === 'socket' && expected !== String(wanted);
  return { expected, observed: isNamed && got !== 0n ? 'another one' : String(got) };
}
