/**
 * What the assertions about the kernel's state may name: closed sets, so that a misspelt field is found at once.
 *
 * Deliberately absent: SNMP counters. They differ between kernels; the run itself knows them.
 */

/** A listener as `ss` shows it, and the requests that belong to it. */
export const QUEUE_FIELDS = ['accept', 'limit', 'syn'] as const;

/** One socket, as inet_diag tells it; the last nine are `ss -m`. */
export const SOCKET_FIELDS = [
  'state',
  'recv_queue',
  'send_queue',
  'retransmits',
  'timer',
  'timer_expires_ms',
  'receive_allocated',
  'receive_buffer',
  'send_allocated',
  'send_buffer',
  'forward_allocated',
  'write_queued',
  'option_memory',
  'backlog',
  'drops',
] as const;

/** Which timer of a socket runs (`ss -o`). */
export const TIMERS = ['off', 'on', 'keepalive', 'timewait', 'persist'] as const;

/** One row of /proc/net/tcp or tcp6. */
export const PROC_NET_TCP_FIELDS = ['state', 'rx_queue', 'tx_queue', 'retransmits'] as const;

/** `tcpi_ca_state` by name, in the kernel's order from 0. */
export const CONGESTION_STATES = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;
