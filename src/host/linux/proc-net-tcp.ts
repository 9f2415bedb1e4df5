/** The tables /proc/net/tcp and /proc/net/tcp6. */
import type { ProcNetTcpRow } from '../../trace/trace';
import { formatAddress } from '../../wire/address';
import { viewOf } from '../../wire/bytes';
import { ProcFile } from './proc-file';
import { unmapped } from './socket-address';
import { stateName } from './tcp-states';

/** Reads both tables of the network that the calling thread is in. A kernel without IPv6 has one. */
export function readProcNetTcp(hasIpv6: boolean): readonly ProcNetTcpRow[] {
  const paths = ['/proc/thread-self/net/tcp', ...(hasIpv6 ? ['/proc/thread-self/net/tcp6'] : [])];
  return paths.flatMap((path) => {
    const file = new ProcFile(path);
    try {
      return parseProcNetTcp(file.read());
    } finally {
      file.close();
    }
  });
}

/** `  0: 0100A8C0:1F90 00000000:0000 0A 00000000:00000005 00:00000000 00000000     0  0 12345 ...` */
const ROW =
  /^\s*\d+: ([0-9A-F]+):([0-9A-F]+) ([0-9A-F]+):([0-9A-F]+) ([0-9A-F]+) ([0-9A-F]+):([0-9A-F]+) [0-9A-F]+:[0-9A-F]+ ([0-9A-F]+) /;

export function parseProcNetTcp(text: string): readonly ProcNetTcpRow[] {
  const rows: ProcNetTcpRow[] = [];
  for (const line of text.split('\n')) {
    const match = ROW.exec(line);
    if (match === null) continue;
    const field = (index: number) => Number.parseInt(match[index] ?? '', 16);
    rows.push({
      localAddress: addressOfHex(match[1] ?? ''),
      localPort: field(2),
      remoteAddress: addressOfHex(match[3] ?? ''),
      remotePort: field(4),
      state: stateName(field(5)),
      txQueue: field(6),
      rxQueue: field(7),
      retransmits: field(8),
    });
  }
  return rows;
}

/** The address stands there as 32-bit numbers in the byte order of the machine. */
function addressOfHex(digits: string): string {
  if (digits.length === 8) return quadOf(Number.parseInt(digits, 16));
  const bytes = new Uint8Array(digits.length / 2);
  const view = viewOf(bytes);
  for (let word = 0; word < digits.length / 8; word++) {
    view.setUint32(word * 4, Number.parseInt(digits.slice(word * 8, word * 8 + 8), 16), true);
  }
  return formatAddress(unmapped(bytes));
}

function quadOf(word: number): string {
  return `${word & 0xff}.${(word >> 8) & 0xff}.${(word >> 16) & 0xff}.${word >>> 24}`;
}
