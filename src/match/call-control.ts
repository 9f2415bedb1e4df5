/** Comparing the control messages that recvmsg() gave: all of them, in order, field by field. */
import { formatDuration, type Ns, NS_PER_S, NS_PER_US } from '../base/nanoseconds';
import { fieldOf, integerOf, itemsOf } from '../spec/arguments';
import { constantValue } from '../spec/constants';
import type { CallArgument, StructField } from '../spec/model';
import {
  ATTRIBUTE_HEADER_BYTES,
  type Attribute,
  encodeControlData,
  EXTENDED_ERROR,
  layoutWith,
  readAttributes,
  readField,
  STATISTICS,
  TIMESTAMP,
} from '../spec/structures';
import type { ControlMessage } from '../trace/trace';
import { matchBytes, matchNumber } from './call-fields';
import type { Mismatch } from './match';

/** What the kernel's stamps, which are times of day, are compared with. */
export interface CallClock {
  /** The time of day (CLOCK_REALTIME) at the run's time zero, in nanoseconds since 1970. */
  readonly realtimeAtZeroNs: bigint | number;
  /** How far a stamp, or a duration that the kernel measured, may be off, either way. */
  readonly toleranceNs: Ns;
}

/**
 * The mismatches of a list of control messages.
 * @param expected `[{cmsg_level=..., ...}, ...]`; nothing is compared when it is absent
 * @param clock without it, stamps and durations are not compared
 */
export function matchControl(
  expected: CallArgument | undefined,
  observed: readonly ControlMessage[],
  clock: CallClock | undefined,
): readonly Mismatch[] {
  if (expected === undefined) return [];
  const wanted = itemsOf(expected);
  const count: readonly Mismatch[] =
    wanted.length === observed.length
      ? []
      : [{ field: 'control messages', expected: String(wanted.length), observed: String(observed.length) }];
  const each = wanted.flatMap((message, index) => {
    const got = observed[index];
    return got === undefined ? [] : matchMessage(`control[${index}]`, message, got, clock);
  });
  return [...count, ...each];
}

function matchMessage(
  place: string,
  expected: CallArgument,
  observed: ControlMessage,
  clock: CallClock | undefined,
): readonly Mismatch[] {
  const level = fieldOf(expected, 'cmsg_level');
  const data = fieldOf(expected, 'cmsg_data');
  const header = [
    ...matchNumber(`${place}.level`, level, observed.level),
    ...matchNumber(`${place}.type`, fieldOf(expected, 'cmsg_type'), observed.type),
  ];
  // Another message has other data; there is no sense in comparing them.
  if (header.length > 0 || data === undefined) return header;
  const bytes = encodeControlData(observed.level, data);
  if (bytes !== undefined && bytes.length !== observed.data.length) {
    return [{ field: `${place}.length`, expected: String(bytes.length), observed: String(observed.data.length) }];
  }
  return matchData(place, data, bytes, observed.data, clock);
}

function matchData(
  place: string,
  expected: CallArgument,
  bytes: Uint8Array | undefined,
  observed: Uint8Array,
  clock: CallClock | undefined,
): readonly Mismatch[] {
  if (expected.kind !== 'struct') return matchPlainData(place, expected, bytes, observed);
  switch (layoutWith(expected.fields[0]?.name ?? '')) {
    case EXTENDED_ERROR:
      return EXTENDED_ERROR.fields.flatMap((field) => {
        const got = readField(observed, field);
        const written = fieldOf(expected, field.name);
        return matchNumber(`${place}.${field.name}`, written, got === undefined ? undefined : Number(got));
      });
    case TIMESTAMP:
      return clock === undefined ? [] : matchStamp(place, expected, observed, clock);
    case undefined:
      return matchStatistics(place, expected.fields, readAttributes(observed), clock);
    default:
      return matchBytes(place, bytes, observed);
  }
}

function matchPlainData(
  place: string,
  expected: CallArgument,
  bytes: Uint8Array | undefined,
  observed: Uint8Array,
): readonly Mismatch[] {
  if (integerOf(expected) === undefined) return matchBytes(`${place}.data`, bytes, observed);
  const value = readField(observed, { name: 'int', offset: 0, bytes: 4 });
  return matchNumber(`${place}.data`, expected, value === undefined ? undefined : Number(BigInt.asIntN(32, value)));
}

/** The stamp that software made. A spec that writes 0 does not look at it. */
function matchStamp(
  place: string,
  expected: CallArgument,
  observed: Uint8Array,
  clock: CallClock,
): readonly Mismatch[] {
  const wantedNs = joinNs(TIMESTAMP.fields.map(({ name }) => BigInt(integerOf(fieldOf(expected, name)) ?? 0)));
  if (wantedNs === 0n) return [];
  const stampNs = joinNs(TIMESTAMP.fields.map((field) => readField(observed, field) ?? 0n));
  const gotNs = stampNs - BigInt(clock.realtimeAtZeroNs);
  const offNs = Number(gotNs - wantedNs);
  if (Math.abs(offNs) <= clock.toleranceNs) return [];
  return [
    {
      field: `${place}.stamp`,
      expected: `${formatDuration(Number(wantedNs))} after the start`,
      observed: `${formatDuration(Number(gotNs))} after the start`,
    },
  ];
}

function joinNs([seconds = 0n, nanoseconds = 0n]: readonly bigint[]): bigint {
  return seconds * BigInt(NS_PER_S) + nanoseconds;
}

/** The same attributes in the same order, each with its value. */
function matchStatistics(
  place: string,
  expected: readonly StructField[],
  observed: readonly Attribute[],
  clock: CallClock | undefined,
): readonly Mismatch[] {
  return expected.flatMap(({ name, value }, index) => {
    const field = `${place}.${name}`;
    const attribute = observed[index];
    const statistic = STATISTICS.get(name);
    if (attribute === undefined || statistic === undefined) return [{ field, expected: 'there', observed: 'nothing' }];
    if (attribute.type !== constantValue(name)) return [{ field, expected: 'there', observed: nameOf(attribute.type) }];
    if (attribute.value.length !== statistic.bytes) {
      const expectedBytes = String(ATTRIBUTE_HEADER_BYTES + statistic.bytes);
      const observedBytes = String(ATTRIBUTE_HEADER_BYTES + attribute.value.length);
      return [{ field: `${field}.length`, expected: expectedBytes, observed: observedBytes }];
    }
    const wanted = integerOf(value);
    const got = Number(readField(attribute.value, { name, offset: 0, bytes: statistic.bytes }) ?? 0n);
    if (wanted === undefined || got === wanted) return [];
    // Nothing is as exact as a duration of zero.
    const isFree = statistic.isDuration && wanted !== 0;
    if (isFree && (clock === undefined || Math.abs(got - wanted) * NS_PER_US <= clock.toleranceNs)) return [];
    return [{ field, expected: String(wanted), observed: String(got) }];
  });
}

function nameOf(type: number): string {
  return [...STATISTICS.keys()].find((name) => constantValue(name) === type) ?? `attribute ${type}`;
}
