/**
 * What the port of the host reaches by itself, without the engine. A process of its own, since the first network moves its
 * main thread away for good. Segments are made beforehand. Prints nanoseconds as JSON.
 *
 *   port-program NETWORK roundtrip N   N times SYN, SYN+ACK, RST, 1 ms apart: until the SYN+ACK has been received
 *   port-program NETWORK flood N       N SYNs to a listener with cookies, as fast as they are taken: for all of them
 */
import { openLinuxHost } from '../../src/host/linux/linux-host';
import { FLOOD_AHEAD, type Run } from '../../src/host/host';
import type { Network } from '../../src/timeline/timeline';
import { addressBytes } from '../../src/wire/address';
import { concatBytes } from '../../src/wire/bytes';
import { craftPacket } from '../../src/wire/craft';
import { TCP_FLAG } from '../../src/wire/wire';

const PORT = 8080;
const BACKLOG = 128;
const FIRST_PORT = 1_024;
const LIMIT_NS = 1e9;
const ROUND_NS = 1e6;
const [AF_INET, SOCK_STREAM] = [2, 1];

function main(network: Network, what: string, count: number): void {
  const run = openLinuxHost().openRun(network);
  run.setSysctl('net.ipv4.tcp_syncookies', '1');
  listen(run, network.localAddress);
  const make = (flags: number, seq: number): readonly Uint8Array[] =>
    Array.from({ length: count }, (_, index) => segment(network, FIRST_PORT + index, flags, seq));
  const syns = make(TCP_FLAG.SYN, 0);
  const resets = what === 'flood' ? [] : make(TCP_FLAG.RST, 1);
  run.startTimedPart();
  const result =
    what === 'flood' ? flood(run, network, syns) : syns.map((syn, round) => roundTrip(run, round, syn, resets[round]));
  run.endTimedPart();
  process.stdout.write(JSON.stringify(result));
  void run.close();
}

function flood(run: Run, { remoteAddress }: Network, syns: readonly Uint8Array[]): readonly number[] {
  const packets = inOneBlock(syns);
  const [first = new Uint8Array()] = packets;
  let startedNs = 0;
  let endedNs = 0;
  const packetsFrom = (index: number): readonly Uint8Array[] => {
    if (index === 0) startedNs = run.nowNs();
    // It is asked for one more when all of them are sent.
    if (index === syns.length) endedNs = run.nowNs();
    return index === syns.length ? [first] : packets.slice(index, index + FLOOD_AHEAD);
  };
  const sources = { first: addressBytes(remoteAddress, 4), count: 1 };
  const { errno } = run.flood({ count: syns.length + 1, packetsFrom, sources });
  if (errno !== '') throw new Error(errno);
  const cookies = run.counters()['TcpExt.SyncookiesSent'] ?? 0;
  // Those that have none are in the queue: every SYN must have arrived.
  if (cookies < syns.length - 2 * BACKLOG) throw new Error(`${cookies} cookies for ${syns.length} SYNs`);
  return [endedNs - startedNs];
}

/** As the C floor has them: side by side in memory. */
function inOneBlock(packets: readonly Uint8Array[]): readonly Uint8Array[] {
  const block = concatBytes(packets);
  let at = 0;
  return packets.map(({ length }) => block.subarray(at, (at += length)));
}

function roundTrip(run: Run, round: number, syn: Uint8Array, reset: Uint8Array | undefined): number {
  run.waitExactly((round + 1) * ROUND_NS);
  run.receive();
  const startedNs = run.nowNs();
  send(run, syn);
  while (!run.receive().some(({ direction }) => direction === 'out'));
  const endedNs = run.nowNs();
  if (reset !== undefined) send(run, reset);
  return endedNs - startedNs;
}

function send(run: Run, bytes: Uint8Array): void {
  const { errno } = run.inject(bytes);
  if (errno !== '') throw new Error(errno);
}

function listen(run: Run, address: string): void {
  const made = run.call({ name: 'socket', domain: AF_INET, type: SOCK_STREAM, protocol: 0 }, LIMIT_NS);
  const fd = made.outcome.returned;
  run.call({ name: 'bind', fd, address: { family: 'ipv4', address, port: PORT } }, LIMIT_NS);
  run.call({ name: 'listen', fd, backlog: BACKLOG }, LIMIT_NS);
}

function segment(network: Network, sourcePort: number, flags: number, seq: number): Uint8Array {
  const { remoteAddress, localAddress, link } = network;
  // A kernel would draw an identification in place of 0.
  const ip = link === 'tun' ? {} : { id: 1 };
  const numbers = { version: 4, sourcePort, targetPort: PORT, seq, ack: 0 } as const;
  const ends = { sourceAddress: remoteAddress, targetAddress: localAddress };
  return craftPacket({ kind: 'tcp', flags, window: 64_240, ip }, { ...numbers, ...ends });
}

const [network = '', what = '', count] = process.argv.slice(2);
main(JSON.parse(network) as Network, what, Number(count));
