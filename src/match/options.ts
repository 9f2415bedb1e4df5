/** Comparing TCP option lists: kinds and order exactly, values where the pattern has them. */
import { toHex } from '../base/hex';
import { encodeOptions, spreadPadding } from '../wire/options';
import { printOptions, printOptionsPattern } from '../wire/option-text';
import type { OptionPattern, OptionsPattern } from '../wire/pattern';
import type { TcpOption } from '../wire/wire';
import type { Mismatch } from './match';

/**
 * The mismatch of an option list, if there is one.
 * A timestamp's value is a name that the spec gives it (the kernel chooses it), so only its echo is compared.
 */
export function matchOptions(pattern: OptionsPattern, options: readonly TcpOption[]): readonly Mismatch[] {
  const observed = spreadPadding(options);
  const sameLength = pattern.open ? observed.length >= pattern.list.length : observed.length === pattern.list.length;
  const fits = sameLength && pattern.list.every((expected, index) => matchesOption(expected, observed[index]));
  if (fits) return [];
  const observedText = printOptions(observed, (edge) => edge);
  return [{ field: 'options', expected: `<${printOptionsPattern(pattern)}>`, observed: `<${observedText}>` }];
}

function matchesOption(expected: OptionPattern, observed: TcpOption | undefined): boolean {
  if (observed === undefined) return false;
  if (expected.kind === 'unknown') return matchesByNumber(expected, observed);
  if (expected.kind !== observed.kind) return false;
  switch (expected.kind) {
    case 'nop':
    case 'sackOK':
      return true;
    case 'eol':
      // Padding that is left here is not all zeros, which no pattern can mean.
      return observed.kind === 'eol' && observed.padding.length === 0;
    case 'mss':
      return observed.kind === 'mss' && isFreeOr(expected.value, observed.value);
    case 'wscale':
      return observed.kind === 'wscale' && isFreeOr(expected.shift, observed.shift);
    case 'timestamp':
      return observed.kind === 'timestamp' && isFreeOr(expected.ecr, observed.ecr);
    case 'sack':
      return (
        observed.kind === 'sack' && (expected.blocks === undefined || sameBlocks(expected.blocks, observed.blocks))
      );
    case 'fastopen':
    case 'fastopen-exp':
      return observed.kind === expected.kind && sameBytes(expected.cookie, observed.cookie);
    case 'md5':
      return observed.kind === 'md5' && sameBytes(expected.digest, observed.digest);
    case 'accecn':
      return (
        observed.kind === 'accecn' &&
        observed.order === expected.order &&
        String(observed.counters) === String(expected.counters)
      );
  }
}

/** An option that the spec writes by number may be one that decoding knows by name: its bytes decide. */
function matchesByNumber(expected: Extract<OptionPattern, { kind: 'unknown' }>, observed: TcpOption): boolean {
  const [number, , ...data] = encodeOptions([observed]);
  return number === expected.number && sameBytes(expected.data, Uint8Array.from(data));
}

function isFreeOr(expected: number | undefined, observed: number): boolean {
  return expected === undefined || expected === observed;
}

function sameBytes(expected: Uint8Array | undefined, observed: Uint8Array): boolean {
  return expected === undefined || toHex(expected) === toHex(observed);
}

function sameBlocks(
  expected: readonly { left: number; right: number }[],
  observed: readonly { left: number; right: number }[],
): boolean {
  return (
    expected.length === observed.length &&
    expected.every(({ left, right }, index) => left === observed[index]?.left && right === observed[index]?.right)
  );
}
