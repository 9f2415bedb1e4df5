/** Reading option values: each says what is wrong and what it takes. */
import { InvalidArgumentError } from 'commander';
import { type Ns, parseDuration } from '../base/nanoseconds';
import type { IpVariant } from '../spec/model';
import { formatAddress, parseAddress } from '../wire/address';

const VARIANTS: readonly IpVariant[] = ['ipv4', 'ipv6', 'ipv4-mapped'];
const ALL_VARIANTS = 'all';
const MAX_JOBS = 256;

/** `ipv4,ipv6`, or `all` */
export function ipList(text: string): readonly IpVariant[] {
  if (text.trim() === ALL_VARIANTS) return VARIANTS;
  return text.split(',').map((name) => {
    const variant = VARIANTS.find((one) => one === name.trim());
    if (variant === undefined)
      throw new InvalidArgumentError(`\`${name}\` is none of ${[...VARIANTS, ALL_VARIANTS].join(', ')}.`);
    return variant;
  });
}

/** `5.10,6.12`, each once. */
export function nameList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('names with commas between them are wanted.');
  return [...new Set(names)];
}

/** A whole number from 1. */
export function jobCount(text: string): number {
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > MAX_JOBS)
    throw new InvalidArgumentError(`a whole number from 1 to ${MAX_JOBS} is wanted.`);
  return jobs;
}

/** A whole number from 0. */
export function retryCount(text: string): number {
  const retries = Number(text);
  if (text.trim() === '' || !Number.isInteger(retries) || retries < 0)
    throw new InvalidArgumentError('a whole number from 0 is wanted.');
  return retries;
}

/** An IPv4 or IPv6 address, without a name being looked up: which address of a name is meant may change. */
export function address(text: string): string {
  const parsed = parseAddress(text);
  if (parsed === undefined)
    throw new InvalidArgumentError('an IPv4 or IPv6 address is wanted; names are not looked up.');
  return formatAddress(parsed.bytes);
}

const HIGHEST_PORT = 65_535;

/** A port number. */
export function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > HIGHEST_PORT)
    throw new InvalidArgumentError(`a port from 1 to ${HIGHEST_PORT} is wanted.`);
  return number;
}

/** A duration such as `3h`, `90s`, `10min`; more than nothing. */
export function duration(text: string): Ns {
  const durationNs = parseDuration(text);
  if (durationNs === undefined || durationNs === 0)
    throw new InvalidArgumentError('a duration such as 90s, 10min or 3h is wanted.');
  return durationNs;
}

/** `NAME=VALUE`, again and again. */
export function settings(text: string, soFar: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('NAME=VALUE is wanted.');
  return new Map([...soFar, [text.slice(0, equals), text.slice(equals + 1)]]);
}

export interface ReporterChoice {
  readonly name: string;
  readonly file: string | undefined;
}

/** `NAME` or `NAME=FILE`, again and again. */
export function reporters(
  names: readonly string[],
): (text: string, soFar: readonly ReporterChoice[] | undefined) => readonly ReporterChoice[] {
  return (text, soFar) => {
    const [name = '', ...file] = text.split('=');
    if (!names.includes(name))
      throw new InvalidArgumentError(`there is no reporter \`${name}\`; known: ${names.join(', ')}.`);
    if (file.length > 0 && file.join('=') === '') throw new InvalidArgumentError('a file name is wanted behind `=`.');
    return [...(soFar ?? []), { name, file: file.length === 0 ? undefined : file.join('=') }];
  };
}
