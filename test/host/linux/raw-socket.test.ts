/**
 * A second sender, written by others: what raw-socket injects over `lo` must have the same effect as what the harness
 * writes to its TUN, and come out of the same device. Guards the package too: it must build and load on this Node.
 */
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../src/base/nanoseconds';
import type { Run } from '../../../src/host/host';
import { craftPacket } from '../../../src/wire/craft';
import { internetChecksum } from '../../../src/wire/checksum';
import { decodePacket } from '../../../src/wire/packet';
import { TCP_FLAG } from '../../../src/wire/wire';
import { useTestHost } from '../../support/live';
import { IPV4, listen, PORT } from '../../support/segments';

interface RawSocket {
  readonly setOption: (level: number, option: number, value: number) => void;
  readonly send: (
    bytes: Buffer,
    offset: number,
    length: number,
    address: string,
    done: (error: Error | null) => void,
  ) => void;
  readonly close: () => void;
}

interface RawSocketModule {
  readonly createSocket: (options: { readonly protocol: number }) => RawSocket;
  readonly createChecksum: (...parts: readonly Buffer[]) => number;
}

// It has no types of its own.
// oxlint-disable-next-line typescript/no-require-imports
const raw = require('raw-socket') as RawSocketModule;

const IPPROTO_RAW = 255;
const IPPROTO_IP = 0;
const IP_HDRINCL = 3;

const { open } = useTestHost();

function syn(remotePort: number): Buffer {
  const pattern = { kind: 'tcp', flags: TCP_FLAG.SYN, window: 64_240 } as const;
  const addresses = { sourceAddress: IPV4.remoteAddress, targetAddress: IPV4.localAddress };
  return Buffer.from(
    craftPacket(pattern, { version: 4, ...addresses, sourcePort: remotePort, targetPort: PORT, seq: 0, ack: 0 }),
  );
}

/** One that nobody refers to is closed by the garbage collector, and what it was to send is never sent. */
const inUse = new Set<RawSocket>();

async function sendOverLoopback(bytes: Buffer): Promise<void> {
  const socket = raw.createSocket({ protocol: IPPROTO_RAW });
  inUse.add(socket);
  socket.setOption(IPPROTO_IP, IP_HDRINCL, 1);
  await new Promise<void>((resolve, reject) => {
    socket.send(bytes, 0, bytes.length, IPV4.localAddress, (error) => (error === null ? resolve() : reject(error)));
  });
  socket.close();
  inUse.delete(socket);
}

/** The kernel's answer to this port of the remote side, without numbers that it draws by lot. */
function answerTo(run: Run, remotePort: number): unknown {
  for (const untilNs = run.nowNs() + NS_PER_S; run.nowNs() < untilNs; run.waitForEvent(untilNs)) {
    for (const { direction, bytes } of run.receive()) {
      const packet = decodePacket(bytes);
      const segment = packet.kind === 'ipv4' && packet.payload.kind === 'tcp' ? packet.payload : undefined;
      if (direction !== 'out' || segment?.targetPort !== remotePort) continue;
      return { flags: segment.flags, ack: segment.ack, window: segment.window, options: segment.options };
    }
  }
  return undefined;
}

describe('raw-socket', () => {
  it('sends a SYN over lo, and the answer comes out of the TUN as it does for a SYN written there', async () => {
    const run = open();
    listen(run);
    run.inject(syn(40_001));
    const answer = answerTo(run, 40_001);
    await sendOverLoopback(syn(40_002));
    expect(answer).toMatchObject({ flags: TCP_FLAG.SYN | TCP_FLAG.ACK, ack: 1 });
    expect(answerTo(run, 40_002)).toEqual(answer);
  });

  it('works out the checksum that we do', () => {
    for (const bytes of [Buffer.from([1]), Buffer.from('ffffffff01', 'hex'), syn(40_001)]) {
      expect(internetChecksum(bytes)).toBe(raw.createChecksum(bytes));
    }
  });
});
