/**
 * TCP states by the kernel's names (include/net/tcp_states.h), with the spellings of RFC 9293 and of `ss`.
 */
import { nearestName } from './suggest';

/** In the kernel's order: the first is number 1. */
const TCP_STATES = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
] as const;

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ESTAB', 'ESTABLISHED'],
  ['SYN_RCVD', 'SYN_RECV'],
  ['SYN_RECEIVED', 'SYN_RECV'],
  ['NEW_SYN_RECV', 'SYN_RECV'],
  ['FIN_WAIT_1', 'FIN_WAIT1'],
  ['FIN_WAIT_2', 'FIN_WAIT2'],
  ['UNCONN', 'CLOSE'],
  ['CLOSED', 'CLOSE'],
  ['LISTENING', 'LISTEN'],
]);

const NAMES: ReadonlySet<string> = new Set(TCP_STATES);

/** The kernel's name of a state in any usual spelling (`estab`, `FIN-WAIT-1`, `TCP_CLOSE`); `undefined` for none. */
export function normaliseState(text: string): string | undefined {
  const upper = text.toUpperCase().replaceAll('-', '_').replace(/^TCP_/, '');
  if (NAMES.has(upper)) return upper;
  return ALIASES.get(upper);
}

/** The number of a state in `tcpi_state`. */
export function stateNumber(name: string): number {
  return TCP_STATES.findIndex((state) => state === name) + 1;
}

/** What the state was most likely meant to be. */
export function nearestState(text: string): string | undefined {
  const upper = text.toUpperCase().replaceAll('-', '_');
  const nearest = nearestName(upper, [...TCP_STATES, ...ALIASES.keys()]);
  return nearest === undefined ? undefined : (ALIASES.get(nearest) ?? nearest);
}
