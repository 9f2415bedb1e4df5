/** Comparing one value that a call wrote with what a spec says of it. */
import { toHex } from '../base/hex';
import { integerOf } from '../spec/arguments';
import { constantNames, constantValue } from '../spec/constants';
import type { CallArgument } from '../spec/model';
import type { Mismatch } from './match';

/**
 * A number of at most 32 bits: `0xffffffff` and -1 are the same. What a spec leaves open is not compared.
 * @param print how an observed number is shown
 */
export function matchNumber(
  field: string,
  expected: CallArgument | undefined,
  observed: number | undefined,
  print: (value: number) => string = String,
): readonly Mismatch[] {
  const wanted = integerOf(expected);
  if (wanted === undefined || (observed !== undefined && sameInt(wanted, observed))) return [];
  return [
    {
      field,
      expected: expected?.kind === 'symbols' ? expected.names.join('|') : print(wanted),
      observed: observed === undefined ? 'nothing' : print(observed),
    },
  ];
}

/** Whether two numbers are the same int or unsigned int of C. */
export function sameInt(a: number, b: number): boolean {
  return (a | 0) === (b | 0);
}

/** Bytes that must be exactly these; `undefined` takes any. */
export function matchBytes(
  field: string,
  expected: Uint8Array | undefined,
  observed: Uint8Array | undefined,
): readonly Mismatch[] {
  if (expected === undefined) return [];
  const [want, got] = [toHex(expected), toHex(observed ?? new Uint8Array())];
  return want === got ? [] : [{ field, expected: want, observed: got === '' ? 'nothing' : got }];
}

/** Bits by their names: `flagPrinter(/^MSG_/)(0x2000)` is `MSG_ERRQUEUE`; what has no name stays a number. */
export function flagPrinter(family: RegExp): (value: number) => string {
  return (value) => {
    let rest = value >>> 0;
    const names: string[] = [];
    for (const name of constantNames()) {
      const bit = (family.test(name) ? (constantValue(name) ?? 0) : 0) >>> 0;
      if (!isOneBit(bit) || (rest & bit) >>> 0 !== bit) continue;
      names.push(name);
      rest = (rest & ~bit) >>> 0;
    }
    if (rest !== 0 || names.length === 0) names.push(rest === 0 ? '0' : `0x${rest.toString(16)}`);
    return names.join('|');
  };
}

function isOneBit(value: number): boolean {
  return value !== 0 && (value & (value - 1)) === 0;
}
