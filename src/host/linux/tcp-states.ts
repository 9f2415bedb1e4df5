/** Names of enum tcp_states (include/net/tcp_states.h), without their `TCP_`. */
const STATES: readonly string[] = [
  ...['', 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT'],
  // Connection requests are NEW_SYN_RECV inside the kernel, and shown as SYN_RECV.
  ...['LAST_ACK', 'LISTEN', 'CLOSING', 'SYN_RECV'],
];

/** Bits of all states above; sockets that are only bound (BOUND_INACTIVE, since 6.8) are left out. */
export const ALL_STATES = (1 << STATES.length) - 2;

export function stateName(state: number): string {
  const name = STATES[state];
  return name === undefined || name === '' ? `STATE_${state}` : name;
}
