/** Reading the arguments of a call: the numbers that they stand for, their fields, and the names that a call gives. */
import { constantValue } from './constants';
import type { Call, CallArgument } from './model';

/** The number that an integer or constants stand for; `undefined` for everything else. */
export function integerOf(argument: CallArgument | undefined): number | undefined {
  if (argument?.kind === 'integer') return argument.value;
  if (argument?.kind !== 'symbols') return undefined;
  return argument.names.reduce<number | undefined>((sum, name) => {
    const value = constantValue(name);
    if (sum === undefined || value === undefined) return undefined;
    // `|` makes signed numbers of 32 bits, which a single constant must not become: EPOLLET is 2^31.
    return argument.names.length === 1 ? value : sum | value;
  }, 0);
}

/** `[4]` and `4` mean the same number; `...` and `[...]` none in particular. */
export function boxedInteger(argument: CallArgument | undefined): number | undefined {
  return integerOf(argument?.kind === 'list' ? argument.items[0] : argument);
}

/** What a structure says for a field; `undefined` when it does not, or when it is no structure. */
export function fieldOf(argument: CallArgument | undefined, name: string): CallArgument | undefined {
  return argument?.kind === 'struct' ? argument.fields.find((field) => field.name === name)?.value : undefined;
}

/** The items of a list; none of anything else. */
export function itemsOf(argument: CallArgument | undefined): readonly CallArgument[] {
  return argument?.kind === 'list' ? argument.items : [];
}

/** A name of a descriptor, as it stands in a call. */
export type DescriptorName = Extract<CallArgument, { readonly kind: 'socket' }>;

/**
 * The names that a call gives when it succeeds: the one of its result, or the two ends of a pipe. They are not uses of
 * descriptors, although they stand among the arguments.
 */
export function namesGivenBy({ name, args, result }: Call): readonly DescriptorName[] {
  if (result.kind === 'socket') return [result];
  if (name !== 'pipe' || result.value < 0) return [];
  return itemsOf(args[0]).filter((item) => item.kind === 'socket');
}

/** The descriptors that a call uses, wherever they stand among its arguments. */
export function namesUsedBy({ name, args }: Call): readonly DescriptorName[] {
  // What stands there are the names to give, also when the call is to fail.
  if (name === 'pipe') return [];
  const found: DescriptorName[] = [];
  const look = (argument: CallArgument): void => {
    if (argument.kind === 'socket') found.push(argument);
    if (argument.kind === 'list') argument.items.forEach(look);
    if (argument.kind === 'struct') for (const { value } of argument.fields) look(value);
  };
  args.forEach(look);
  return found;
}

/** Whether a call names the other side's address: on a new socket, that begins a connection. */
export function reachesOut({ name, args }: Call): boolean {
  return name === 'connect' || name === 'sendto' || (name === 'sendmsg' && fieldOf(args[1], 'msg_name') !== undefined);
}
