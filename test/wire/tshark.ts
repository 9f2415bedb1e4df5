/** A second opinion on packets: Wireshark's. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What tshark read from one packet: all values of each field, outer headers first. */
export type Dissection = Readonly<Record<string, readonly string[]>>;

/** The command; `npm test` installs it. */
const TSHARK = 'tshark';

/** The link type of packets that begin with an IP header. */
const LINKTYPE_RAW = 101;

const SETTINGS = [
  'ip.check_checksum:TRUE',
  'tcp.check_checksum:TRUE',
  'udp.check_checksum:TRUE',
  'tcp.relative_sequence_numbers:FALSE',
  'tcp.analyze_sequence_numbers:FALSE',
  'tcp.desegment_tcp_streams:FALSE',
];

/** Has tshark dissect the packets; one result for each. */
export function dissect(packets: readonly Uint8Array[], fields: readonly string[]): Dissection[] {
  const folder = mkdtempSync(join(tmpdir(), 'packetspec-tshark-'));
  try {
    const file = join(folder, 'packets.pcap');
    writeFileSync(file, encodePcap(packets));
    return readPackets(file, fields);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readPackets(file: string, fields: readonly string[]): Dissection[] {
  const args = ['-n', '-r', file, '-T', 'json', '-e', 'frame.number'];
  for (const setting of SETTINGS) args.push('-o', setting);
  for (const field of fields) args.push('-e', field);
  const run = spawnSync(TSHARK, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.error !== undefined) {
    throw new Error('this test needs tshark; as root: apt-get install tshark', { cause: run.error });
  }
  if (run.status !== 0) throw new Error(`tshark ended with status ${String(run.status)}: ${run.stderr}`);
  const packets = JSON.parse(run.stdout) as { _source: { layers: Dissection } }[];
  return packets.map((packet) => packet._source.layers);
}

/** The classic format, little endian. */
function encodePcap(packets: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(0x40000, 16);
  head.writeUInt32LE(LINKTYPE_RAW, 20);
  const records = packets.map((packet, index) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(index, 0);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return Buffer.concat([record, packet]);
  });
  return Buffer.concat([head, ...records]);
}
