/**
 * The u64 that an application gives to epoll with a descriptor, and gets back with its events.
 *
 * `fd=app` is, in an application, the number of the descriptor. Which number that is nobody says; so a number stands
 * for the name here, always the same one, and whoever gets it back knows the name by it.
 */
import { fieldOf, integerOf } from './arguments';
import type { CallArgument } from './model';

/** What a spec says of the data. */
export interface EpollData {
  /** The field of epoll_data_t (epoll_ctl(2)) that is written. */
  readonly field: 'fd' | 'ptr' | 'u32' | 'u64';
  readonly value: bigint;
  /** How many of the low bits count: the fields are members of one union. */
  readonly bits: 32 | 64;
}

const FIELDS = [
  { field: 'fd', bits: 32 },
  { field: 'ptr', bits: 64 },
  { field: 'u32', bits: 32 },
  { field: 'u64', bits: 64 },
] as const;

/** The data of an epoll event as a spec writes it; `undefined` when it says none. */
export function epollDataOf(event: CallArgument | undefined): EpollData | undefined {
  for (const { field, bits } of FIELDS) {
    const written = fieldOf(event, field);
    if (written === undefined) continue;
    const value = numberOf(written);
    return value === undefined ? undefined : { field, value: BigInt.asUintN(bits, value), bits };
  }
  return undefined;
}

function numberOf(argument: CallArgument): bigint | undefined {
  if (argument.kind === 'null') return 0n;
  if (argument.kind === 'socket') return /^\d+$/.test(argument.name) ? BigInt(argument.name) : nameHash(argument.name);
  const value = integerOf(argument);
  return value === undefined ? undefined : BigInt(value);
}

/** FNV-1a of 32 bits: two of a spec's names with the same one are not to be expected. */
function nameHash(name: string): bigint {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x0100_0193) >>> 0;
  return BigInt(hash);
}
