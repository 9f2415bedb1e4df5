/**
 * How system calls are declared: one small function per call turns a spec's arguments into a request for the host.
 * What the kernel makes of it is compared elsewhere (match/call.ts); the words of the language are in spec/.
 */
import type { CallRequest } from '../../host/host';
import { integerOf } from '../../spec/arguments';
import type { Call } from '../../spec/model';
import type { Connection } from '../../timeline/timeline';
import type { Resolved, SocketTable } from '../sockets';

/** What a call's arguments are resolved against. */
export interface CallContext {
  readonly sockets: SocketTable;
  readonly connection: Connection | undefined;
}

/** Turns the arguments of a spec's call into a request. */
export type CallDeclaration = (call: Call, context: CallContext) => Resolved<CallRequest>;

/** Most calls take a socket first: resolves it, and hands the rest to the declaration. */
export function onSocket(
  build: (fd: number, call: Call, context: CallContext) => Resolved<CallRequest>,
): CallDeclaration {
  return (call, context) => {
    const fd = context.sockets.descriptorOf(call.args[0]);
    return 'problem' in fd ? fd : build(fd.value, call, context);
  };
}

/** The integer or constant at this place; `fallback` for `...` or nothing. */
export function integerAt(call: Call, place: number, fallback: number): Resolved<number> {
  const argument = call.args[place];
  if (argument === undefined || argument.kind === 'ellipsis') return { value: fallback };
  const value = integerOf(argument);
  return value === undefined ? { problem: `argument ${place + 1} of ${call.name} is not a number` } : { value };
}

/** Goes on with two resolved values, or stops at the first problem. */
export function both<A, B, R>(
  left: Resolved<A>,
  right: Resolved<B>,
  build: (left: A, right: B) => Resolved<R>,
): Resolved<R> {
  if ('problem' in left) return left;
  return 'problem' in right ? right : build(left.value, right.value);
}

/** Goes on with a resolved value, or stops at its problem. */
export function given<A, R>(resolved: Resolved<A>, build: (value: A) => Resolved<R>): Resolved<R> {
  return 'problem' in resolved ? resolved : build(resolved.value);
}

/** All values, or the first problem. */
export function all<T>(resolved: readonly Resolved<T>[]): Resolved<readonly T[]> {
  const values: T[] = [];
  for (const one of resolved) {
    if ('problem' in one) return one;
    values.push(one.value);
  }
  return { value: values };
}
