import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/host/host';
import { RawSender } from '../../../../src/host/linux/raw-sender';
import { HeldPorts } from '../../../../src/host/linux/target/held-ports';
import type { Network } from '../../../../src/timeline/timeline';
import { craftPacket } from '../../../../src/wire/craft';
import { seg } from '../../../support/builders';
import { output, refusal, useTestHost } from '../../../support/live';
import { IPV4, IPV6 } from '../../../support/segments';

const { open } = useTestHost();

const PORT = 20_001;

/** How many resets the kernel sends to a SYN+ACK, and a SYN, that come for the port. */
function resetsTo(run: Run, { ipVersion: version, localAddress }: Network): number {
  const before = run.counters()['Tcp.OutRsts'] ?? 0;
  const sender = new RawSender(version, localAddress);
  for (const letters of ['S.', 'S']) {
    const ends = { sourceAddress: localAddress, targetAddress: localAddress, sourcePort: 8080, targetPort: PORT };
    sender.send(craftPacket(seg(letters, { ip: { id: 1 } }), { version, ...ends, seq: 5, ack: 7 }));
  }
  sender.close();
  return (run.counters()['Tcp.OutRsts'] ?? 0) - before;
}

/** How many "port unreachable" the kernel has made of a datagram for the port, by its own count. */
function unreachablesTo(run: Run, { ipVersion: version, localAddress }: Network): number {
  const name = version === 4 ? 'Icmp.OutDestUnreachs' : 'Icmp6OutDestUnreachs';
  const count = () => (version === 4 ? (run.counters()[name] ?? 0) : Number(icmp6(name)));
  const before = count();
  const sender = new RawSender(version, localAddress);
  const ends = { sourceAddress: localAddress, targetAddress: localAddress, sourcePort: 8080, targetPort: PORT };
  sender.send(craftPacket({ kind: 'udp', length: 3, ip: { id: 1 } }, { version, ...ends, seq: 0, ack: 0 }));
  sender.close();
  return count() - before;
}

function icmp6(name: string): string {
  return new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(readFileSync('/proc/thread-self/net/snmp6', 'utf8'))?.[1] ?? '0';
}

describe.each([
  ['IPv4', IPV4],
  ['IPv6', IPV6],
] as const)('a port that is held over %s', (_, network: Network) => {
  it('is answered by nobody, and by a RST before and afterwards', () => {
    const run = open(network);
    expect(resetsTo(run, network)).toBe(2);
    const ports = new HeldPorts(network.ipVersion, network.localAddress, [{ protocol: 'tcp', port: PORT }]);
    expect(resetsTo(run, network)).toBe(0);
    expect(output('ss', ['-Htan']).trim()).toMatch(/^LISTEN .*:20001 [^\n]*$/);
    ports.close();
    expect(resetsTo(run, network)).toBe(2);
  });

  it('of UDP is not answered with an ICMP error (RFC 1122 section 4.1.3.1)', () => {
    const run = open(network);
    expect(unreachablesTo(run, network)).toBe(1);
    const ports = new HeldPorts(network.ipVersion, network.localAddress, [{ protocol: 'udp', port: PORT }]);
    expect(unreachablesTo(run, network)).toBe(0);
    ports.close();
  });

  it('is not taken from somebody who has it, and then none is', () => {
    open(network);
    const held = new HeldPorts(network.ipVersion, network.localAddress, [{ protocol: 'tcp', port: PORT }]);
    const wanted = [PORT + 1, PORT].map((port) => ({ protocol: 'tcp', port }) as const);
    const error = refusal(() => new HeldPorts(network.ipVersion, network.localAddress, wanted));
    expect(error).toMatchObject({ code: 'port-taken', message: expect.stringContaining(`port ${PORT}`) });
    expect(output('ss', ['-Htan']).trim().split('\n')).toHaveLength(1);
    held.close();
  });
});
