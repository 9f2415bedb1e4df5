/** The tracepoints that are recorded, and where the fields of each stand in its records. */
import { viewOf } from '../../../wire/bytes';
import { formatAddress } from '../../../wire/address';
import type { EventFlow } from '../../../trace/kernel-event';
import type { EventFormat } from './format';

/** `system/name`, as below tracefs's `events`. */
export const TRACEPOINTS = [
  'net/netif_receive_skb',
  'skb/kfree_skb',
  'skb/consume_skb',
  'sock/inet_sock_set_state',
  'tcp/tcp_send_reset',
  'tcp/tcp_receive_reset',
  'tcp/tcp_retransmit_skb',
  'tcp/tcp_retransmit_synack',
  'tcp/tcp_bad_csum',
  'tcp/tcp_cong_state_set',
] as const;

export type Tracepoint = (typeof TRACEPOINTS)[number];

/** One record, with its fields still as bytes. */
export interface RawEvent {
  readonly tracepoint: Tracepoint;
  readonly format: EventFormat;
  /** On the run's clock. */
  readonly atNs: number;
  readonly bytes: Uint8Array;
}

/** `common_flags`: in which context the kernel was (enum trace_flag_type). */
const INTERRUPT_FLAGS = 0x08 | 0x10;
const FLAGS_AT = 2;
const THREAD_AT = 4;
/** Addresses of the kernel have 48 bits that matter. */
const HIGH_BITS = 0xffff;

/** The thread that the processor was running, whatever the kernel did there. */
export function threadOf(bytes: Uint8Array): number {
  return viewOf(bytes).getInt32(THREAD_AT, true);
}

/** Whether the processor had been interrupted, by hardware or for a softirq: then the thread may have nothing to do with it. */
export function isInterrupt(bytes: Uint8Array): boolean {
  return ((bytes[FLAGS_AT] ?? 0) & INTERRUPT_FLAGS) !== 0;
}

export function numberOf({ format, bytes }: RawEvent, name: string): number | undefined {
  const field = format.fields.get(name);
  if (field === undefined) return undefined;
  const view = viewOf(bytes);
  switch (field.size) {
    case 1:
      return view.getUint8(field.offset);
    case 2:
      return view.getUint16(field.offset, true);
    case 4:
      return view.getInt32(field.offset, true);
    case 8:
      return (view.getUint32(field.offset + 4, true) & HIGH_BITS) * 2 ** 32 + view.getUint32(field.offset, true);
    default:
      return undefined;
  }
}

/** A pointer as a key; undefined for NULL. */
export function pointerOf(event: RawEvent, name: string): number | undefined {
  const value = numberOf(event, name);
  return value === 0 ? undefined : value;
}

/** The name of the value in `reason`; undefined on a kernel without this field. */
export function reasonOf(event: RawEvent): string | undefined {
  const value = numberOf(event, 'reason');
  return value === undefined ? undefined : (event.format.reasons.get(value) ?? `reason ${value}`);
}

/** Both ends; `source` is the local one, except where the event speaks of a packet that came in. */
export function flowOf(event: RawEvent, local: 'source' | 'target' = 'source'): EventFlow {
  const source = endOf(event, 'saddr', 'sport');
  const target = endOf(event, 'daddr', 'dport');
  const [near, far] = local === 'source' ? [source, target] : [target, source];
  return {
    localAddress: near.address,
    localPort: near.port,
    remoteAddress: far.address,
    remotePort: far.port,
  };
}

/** struct sockaddr_in6, which newer events hold in place of an address. */
const SOCKADDR_BYTES = 28;
const AF_INET6 = 10;

function endOf(event: RawEvent, addressName: string, portName: string): { address: string; port: number } {
  const { format, bytes } = event;
  const whole = format.fields.get(addressName);
  if (whole?.size === SOCKADDR_BYTES) {
    const view = viewOf(bytes);
    const isSix = view.getUint16(whole.offset, true) === AF_INET6;
    const at = whole.offset + (isSix ? 8 : 4);
    const address = unmapped(bytes.subarray(at, at + (isSix ? 16 : 4)));
    return { address, port: view.getUint16(whole.offset + 2, false) };
  }
  const six = format.fields.get(`${addressName}_v6`);
  const address = six === undefined ? '' : unmapped(bytes.subarray(six.offset, six.offset + 16));
  return { address, port: numberOf(event, portName) ?? 0 };
}

function unmapped(bytes: Uint8Array): string {
  return formatAddress(bytes).replace(/^::ffff:(?=\d+\.)/, '');
}
