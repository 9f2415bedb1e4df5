/**
 * The connections with a target that a killed run has left there, ended from outside: nobody knows their sequence
 * numbers any more, so the target is made to tell them.
 *
 * A SYN on a connection that exists is answered with an ACK of what is expected next (RFC 9293 section 3.10.7.4, RFC
 * 5961 section 4). Nobody here listens on the port any more, so this host's kernel answers that ACK with a RST whose
 * sequence number is what the ACK asked for (section 3.5.2): the one that resets the connection. Where there is none, the
 * SYN+ACK of the listener gets its RST in the same way.
 * Why it is so and not otherwise: docs/decisions/0020-killed-target-runs.md.
 */
import { NS_PER_MS } from '../../../base/nanoseconds';
import { craftPacket } from '../../../wire/craft';
import { TCP_FLAG } from '../../../wire/wire';
import { HELD_FD } from '../guardian';
import { pause } from '../libc';
import { RawSender } from '../raw-sender';
import { type Ports, takeBegunConnections } from './begun-connections';
import { reservePort } from './held-ports';

/** Linux gives a connection one answer to strange segments in half a second (`tcp_invalid_ratelimit`). */
const ROUND_MS = 600;
/** Before Linux 5.18 it gives all of them together a thousand in a second (`tcp_challenge_ack_limit`). */
const ANSWERS_A_ROUND = 500;

/** What the guardian turns into when its executor was killed in a run against a target. */
export function endAbandonedConnections(): void {
  const begun = takeBegunConnections(HELD_FD);
  if (begun === undefined || begun.connections.length === 0) return;
  const { ends, connections } = begun;
  const sender = new RawSender(ends.version, ends.targetAddress);
  const reserved = new Set<number>();
  const isOurs = ({ harnessPort: port }: Ports): boolean => {
    // Whoever has the port now has connections of his own.
    if (!reserved.has(port) && reservePort(ends.version, ends.sourceAddress, port)) reserved.add(port);
    return reserved.has(port);
  };
  const rounds = 1 + Math.ceil(connections.length / ANSWERS_A_ROUND);
  for (let round = 0; round < rounds; round++) {
    for (const ports of connections.filter(isOurs)) sender.send(question(ports));
    pause(ROUND_MS * NS_PER_MS);
  }

  function question({ harnessPort, targetPort }: Ports): Uint8Array {
    const seq = Math.floor(Math.random() * 2 ** 32);
    const pattern = { kind: 'tcp', flags: TCP_FLAG.SYN, length: 0, ip: { id: 1 } } as const;
    return craftPacket(pattern, { ...ends, sourcePort: harnessPort, targetPort, seq, ack: 0 });
  }
}
