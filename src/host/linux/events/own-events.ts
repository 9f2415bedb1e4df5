/**
 * Which events belong to a run, and which injected packet each drop befell. Events tell neither their network namespace
 * nor, of a packet, more than where it lies in memory; runs beside this one have the same addresses and ports.
 *
 * A packet is the run's from the moment that the injecting thread hands it to the device (net:netif_receive_skb) until
 * the kernel frees it. A socket is the run's once something of the run's own has touched it, outside of an interrupt;
 * what a timer then does to it, in whichever thread, belongs to the run as well.
 */
import type { Ns } from '../../../base/nanoseconds';
import type { KernelEvent, SocketNumber } from '../../../trace/kernel-event';
import { CONGESTION_STATES } from '../../../spec/fields';
import { stateName } from '../tcp-states';
import { flowOf, isInterrupt, numberOf, pointerOf, type RawEvent, reasonOf, threadOf } from './tracepoints';

/** A packet that the harness has written to the link. */
export interface Injection {
  readonly startedNs: Ns;
  readonly bytes: number;
}

export interface Owner {
  /** Whether a thread works for this run: the harness's own, or one in the run's network. */
  readonly owns: (thread: number) => boolean;
  /** The name of the function around an address. */
  readonly functionAt: (address: number) => string | undefined;
}

/** enum tcp_states. */
const SYN_RECV = 3;
const LISTEN = 10;
const CLOSE = 7;

export class OwnEvents {
  readonly #owner: Owner;
  readonly #waiting: Injection[] = [];
  /** By the address of the packet: when it was injected. */
  readonly #packets = new Map<number, Ns>();
  readonly #sockets = new Map<number, SocketNumber>();
  #socketCount = 0;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  injected(injection: Injection): void {
    this.#waiting.push(injection);
  }

  /** @param events everything that was recorded since the last time, oldest first */
  take(events: readonly RawEvent[]): readonly KernelEvent[] {
    const taken: KernelEvent[] = [];
    for (const event of events) {
      const own = this.#take(event);
      if (own !== undefined) taken.push(own);
    }
    return taken;
  }

  #take(event: RawEvent): KernelEvent | undefined {
    switch (event.tracepoint) {
      case 'net/netif_receive_skb':
        this.#arrived(event);
        return undefined;
      case 'skb/kfree_skb':
        return this.#dropped(event);
      case 'skb/consume_skb':
        return this.#consumed(event);
      case 'sock/inet_sock_set_state':
        return this.#changedState(event);
      case 'tcp/tcp_send_reset':
        return this.#reset(event, 'kernel');
      case 'tcp/tcp_receive_reset':
        return this.#reset(event, 'peer');
      case 'tcp/tcp_retransmit_skb':
        return this.#retransmitted(event, 'segment');
      case 'tcp/tcp_retransmit_synack':
        return this.#retransmitted(event, 'synack');
      case 'tcp/tcp_bad_csum':
        if (!this.#owner.owns(threadOf(event.bytes))) return undefined;
        return { kind: 'bad-checksum', atNs: event.atNs, flow: flowOf(event, 'target') };
      case 'tcp/tcp_cong_state_set':
        return this.#congested(event);
    }
  }

  /** The harness waits until a packet has arrived before it injects the next one. What is not its own has another length. */
  #arrived(event: RawEvent): void {
    const packet = pointerOf(event, 'skbaddr');
    const length = numberOf(event, 'len');
    const index = this.#waiting.findLastIndex(({ startedNs }) => startedNs <= event.atNs);
    const isOwn = index !== -1 && this.#waiting[index]?.bytes === length;
    const [injection] = isOwn ? this.#waiting.splice(0, index + 1).slice(-1) : [];
    if (packet === undefined) return;
    if (injection === undefined) this.#packets.delete(packet);
    else this.#packets.set(packet, injection.startedNs);
  }

  #dropped(event: RawEvent): KernelEvent | undefined {
    const injectedNs = this.#forgetPacket(event);
    // In an interrupt, what is not known may be anybody's.
    if (injectedNs === undefined && (isInterrupt(event.bytes) || !this.#owner.owns(threadOf(event.bytes)))) {
      return undefined;
    }
    const reason = reasonOf(event);
    return {
      kind: 'drop',
      atNs: event.atNs,
      ...(reason === undefined ? {} : { reason }),
      ...this.#functionOf(event),
      ...(injectedNs === undefined ? {} : { injectedNs }),
    };
  }

  #consumed(event: RawEvent): KernelEvent | undefined {
    const injectedNs = this.#forgetPacket(event);
    if (injectedNs === undefined) return undefined;
    return { kind: 'consumed', atNs: event.atNs, ...this.#functionOf(event), injectedNs };
  }

  #forgetPacket(event: RawEvent): Ns | undefined {
    const packet = pointerOf(event, 'skbaddr');
    if (packet === undefined) return undefined;
    const injectedNs = this.#packets.get(packet);
    this.#packets.delete(packet);
    return injectedNs;
  }

  #functionOf(event: RawEvent): { readonly function?: string } {
    const location = pointerOf(event, 'location');
    const name = location === undefined ? undefined : this.#owner.functionAt(location);
    return name === undefined ? {} : { function: name };
  }

  #changedState(event: RawEvent): KernelEvent | undefined {
    const from = numberOf(event, 'oldstate') ?? 0;
    const to = numberOf(event, 'newstate') ?? 0;
    // A child is born by a segment, which on a link other than a TUN device arrives in a softirq.
    const socket = this.#socketOf(event, from === SYN_RECV || (from === LISTEN && to === SYN_RECV));
    if (socket === undefined) return undefined;
    if (to === CLOSE) this.#sockets.delete(pointerOf(event, 'skaddr') ?? 0);
    return {
      kind: 'state',
      atNs: event.atNs,
      socket,
      flow: flowOf(event),
      from: stateName(from),
      to: stateName(to),
    };
  }

  #reset(event: RawEvent, by: 'kernel' | 'peer'): KernelEvent | undefined {
    const hasSocket = pointerOf(event, 'skaddr') !== undefined;
    const socket = this.#socketOf(event, true);
    if (hasSocket ? socket === undefined : !this.#owner.owns(threadOf(event.bytes))) return undefined;
    const reason = by === 'kernel' ? reasonOf(event) : undefined;
    const injectedNs = this.#packets.get(pointerOf(event, 'skbaddr') ?? 0);
    return {
      kind: 'reset',
      atNs: event.atNs,
      by,
      ...(socket === undefined ? {} : { socket }),
      ...(injectedNs === undefined ? {} : { injectedNs }),
      flow: flowOf(event),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  #retransmitted(event: RawEvent, what: 'segment' | 'synack'): KernelEvent | undefined {
    const socket = this.#socketOf(event, false);
    return socket === undefined
      ? undefined
      : { kind: 'retransmit', atNs: event.atNs, what, socket, flow: flowOf(event) };
  }

  #congested(event: RawEvent): KernelEvent | undefined {
    const socket = this.#socketOf(event, false);
    const number = numberOf(event, 'cong_state') ?? 0;
    const state = CONGESTION_STATES[number] ?? String(number);
    return socket === undefined
      ? undefined
      : { kind: 'congestion', atNs: event.atNs, socket, flow: flowOf(event), state };
  }

  /** @param trustsInterrupts an interrupt of an own thread counts as its own work */
  #socketOf(event: RawEvent, trustsInterrupts: boolean): SocketNumber | undefined {
    const address = pointerOf(event, 'skaddr');
    if (address === undefined) return undefined;
    const known = this.#sockets.get(address);
    if (known !== undefined) return known;
    if (isInterrupt(event.bytes) && !trustsInterrupts) return undefined;
    if (!this.#owner.owns(threadOf(event.bytes))) return undefined;
    this.#sockets.set(address, this.#socketCount);
    return this.#socketCount++;
  }
}
