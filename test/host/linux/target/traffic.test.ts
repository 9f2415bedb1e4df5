import { describe, expect, it } from 'vitest';
import { PROBE_ID, Traffic } from '../../../../src/host/linux/target/traffic';
import { craftPacket } from '../../../../src/wire/craft';
import type { PacketPattern } from '../../../../src/wire/pattern';
import { seg } from '../../../support/builders';

const ADDRESSES = {
  4: { ours: '203.0.113.1', theirs: '203.0.113.7', other: '203.0.113.9', router: '203.0.113.254' },
  6: { ours: '2001:db8::1', theirs: '2001:db8::7', other: '2001:db8::9', router: '2001:db8::fe' },
} as const;

describe.each([4, 6] as const)('frames on the device of a host with other traffic, IPv%i', (version) => {
  const { ours, theirs, other, router } = ADDRESSES[version];
  const traffic = new Traffic({
    version,
    source: ours,
    target: theirs,
    ports: [80],
    harnessPorts: [
      { protocol: 'tcp', port: 20_001 },
      { protocol: 'udp', port: 20_002 },
    ],
    probePort: 20_000,
  });

  function packet(
    pattern: PacketPattern,
    from: string,
    to: string,
    ports: readonly [number, number] = [0, 0],
  ): Uint8Array {
    const [sourcePort, targetPort] = ports;
    return craftPacket(pattern, {
      version,
      sourceAddress: from,
      targetAddress: to,
      sourcePort,
      targetPort,
      seq: 1,
      ack: 1,
    });
  }

  const came = (bytes: Uint8Array) => traffic.kindOf({ direction: 'out', bytes });
  const left = (bytes: Uint8Array) => traffic.kindOf({ direction: 'in', bytes });

  it.each([
    ['to a port of the run', [80, 20_001], 'run'],
    ['from another service of the target', [22, 40_000], 'other'],
    ['to the port that asks', [80, 20_000], 'probe'],
    ['to a port of UDP', [80, 20_002], 'other'],
  ] as const)('a segment of the target %s', (_, ports, kind) => {
    expect(came(packet(seg('.'), theirs, ours, ports))).toBe(kind);
  });

  it('an answer from elsewhere is told from a stranger', () => {
    expect(came(packet(seg('R'), other, ours, [80, 20_001]))).toBe('elsewhere');
    expect(came(packet(seg('S'), other, ours, [51_000, 20_001]))).toBe('other');
  });

  it("what leaves is the run's when it goes to the target from a port of the run", () => {
    expect(left(packet(seg('S'), ours, theirs, [20_001, 80]))).toBe('run');
    expect(left(packet({ kind: 'udp', length: 3 }, ours, theirs, [20_002, 80]))).toBe('run');
    expect(left(packet(seg('S'), ours, theirs, [40_000, 22]))).toBe('other');
    expect(left(packet(seg('S'), ours, other, [20_001, 80]))).toBe('other');
  });

  it("an ICMP error is the run's when it quotes one of its packets, whoever sent it", () => {
    const type = version === 4 ? 3 : 1;
    const error = packet({ kind: 'icmp', type, code: 1 }, router, ours);
    const header = version === 4 ? 28 : 48;
    const about = (from: number) =>
      came(
        Uint8Array.of(...error.subarray(0, header), ...packet(seg('S'), ours, theirs, [from, 80]).subarray(0, header)),
      );
    expect(about(20_001)).toBe('run');
    expect(about(40_000)).toBe('other');
  });

  it("an echo reply counts when it is the harness's", () => {
    const reply = (id: number) =>
      packet(
        { kind: 'icmp', type: version === 4 ? 0 : 129, code: 0, id, quoted: { kind: 'raw', length: 0 } },
        theirs,
        ours,
      );
    expect(came(reply(PROBE_ID))).toBe('probe');
    expect(came(reply(7))).toBe('other');
  });

  it("what is too short to have ports is nobody's", () => {
    const whole = packet(seg('.'), theirs, ours, [80, 20_001]);
    for (let length = 0; length < 28; length++) expect(came(whole.subarray(0, length))).toBe('other');
  });
});
