/** Comparing what a system call did with what the spec says: result, errno, and the values that it wrote. */
import { toHex } from '../base/hex';
import { constantValue } from '../spec/constants';
import type { Call, CallArgument } from '../spec/model';
import { fieldPlace } from '../spec/structures';
import type { CallOutcome } from '../trace/trace';
import type { Mismatch } from './match';

/** The mismatches of a call's outcome; none means that it did what the spec says. */
export function matchCall(call: Call, outcome: CallOutcome): readonly Mismatch[] {
  if (outcome.notMade !== undefined) return [{ field: 'call', expected: 'made', observed: outcome.notMade }];
  const result = matchResult(call, outcome);
  // A call that failed wrote nothing.
  return result.length > 0 || outcome.returned < 0 ? result : matchOutputs(call, outcome);
}

function matchResult({ result }: Call, outcome: CallOutcome): readonly Mismatch[] {
  const observed = printOutcome(outcome);
  if (result.kind === 'socket') {
    return outcome.returned >= 0 ? [] : [{ field: 'result', expected: 'a descriptor', observed }];
  }
  const sameErrno =
    result.errno === undefined ? outcome.errno === '' || result.value === -1 : result.errno === outcome.errno;
  if (result.value === outcome.returned && sameErrno) return [];
  return [
    { field: 'result', expected: `${result.value}${result.errno === undefined ? '' : ` ${result.errno}`}`, observed },
  ];
}

/** `-1 EAGAIN`, `10`. */
export function printOutcome(outcome: CallOutcome): string {
  return `${outcome.returned}${outcome.errno === '' ? '' : ` ${outcome.errno}`}`;
}

function matchOutputs(call: Call, outcome: CallOutcome): readonly Mismatch[] {
  switch (call.name) {
    case 'read':
    case 'recv':
    case 'recvfrom':
      return matchBytes('data', call.args[1], outcome.outputs.bytes);
    case 'getsockopt':
      return [
        ...matchOption(call.args[3], outcome),
        ...matchNumber('option length', boxedInteger(call.args[4]), outcome.outputs.length),
      ];
    case 'ioctl':
      return matchNumber('value', boxedInteger(call.args[2]), outcome.outputs.value);
    case 'poll':
      return matchEvents(call.args[0], outcome.outputs.revents ?? []);
    default:
      return [];
  }
}

function matchBytes(
  field: string,
  expected: CallArgument | undefined,
  observed: Uint8Array | undefined,
): readonly Mismatch[] {
  if (expected?.kind !== 'string') return [];
  const [want, got] = [toHex(expected.bytes), toHex(observed ?? new Uint8Array())];
  return want === got ? [] : [{ field, expected: want, observed: got === '' ? 'nothing' : got }];
}

function matchOption(expected: CallArgument | undefined, outcome: CallOutcome): readonly Mismatch[] {
  const { bytes, value } = outcome.outputs;
  if (expected?.kind === 'string') return matchBytes('option value', expected, bytes);
  if (expected?.kind !== 'struct') return matchNumber('option value', boxedInteger(expected), value);
  return expected.fields.flatMap(({ name, value: wanted }) =>
    matchNumber(name, integerOf(wanted), integerInside(bytes, fieldPlace(name))),
  );
}

/** Structures such as struct linger are rows of ints, in the machine's byte order: little-endian on all that we run on. */
function integerInside(bytes: Uint8Array | undefined, place: number | undefined): number | undefined {
  const offset = (place ?? 0) * 4;
  if (bytes === undefined || place === undefined || offset + 4 > bytes.length) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(offset, true);
}

function matchEvents(expected: CallArgument | undefined, revents: readonly number[]): readonly Mismatch[] {
  if (expected?.kind !== 'list') return [];
  return expected.items.flatMap((item, index) => {
    const field = item.kind === 'struct' ? item.fields.find(({ name }) => name === 'revents')?.value : undefined;
    return matchNumber(`revents[${index}]`, field === undefined ? undefined : integerOf(field), revents[index]);
  });
}

/** `[4]` and `4` mean the same number; `...` and `[...]` none in particular. */
export function boxedInteger(argument: CallArgument | undefined): number | undefined {
  const item = argument?.kind === 'list' ? argument.items[0] : argument;
  return item === undefined ? undefined : integerOf(item);
}

function matchNumber(field: string, expected: number | undefined, observed: number | undefined): readonly Mismatch[] {
  if (expected === undefined || expected === observed) return [];
  return [{ field, expected: String(expected), observed: String(observed ?? 'nothing') }];
}

/** The number that an integer or a constant stands for; `undefined` for everything else. */
export function integerOf(argument: CallArgument): number | undefined {
  if (argument.kind === 'integer') return argument.value;
  if (argument.kind !== 'symbols') return undefined;
  return argument.names.reduce<number | undefined>((sum, name) => {
    const value = constantValue(name);
    return sum === undefined || value === undefined ? undefined : sum | value;
  }, 0);
}
