/** Scapy and hping3, where they are installed: the same things done as their users do them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { isOnPath } from '../../src/host/linux/path';
import { output, privately } from './process';

/** Distributions install Scapy for their own Python, whatever else is on the path. */
const PYTHONS = ['/usr/bin/python3', 'python3'] as const;
const SCAPY_PROGRAM = join(__dirname, 'with-scapy.py');

/** The Python that has Scapy. */
export function findScapy(): string | undefined {
  return PYTHONS.find((python) => {
    try {
      execFileSync(python, ['-c', 'import scapy.all'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

export function hasHping(): boolean {
  return isOnPath('hping3');
}

/** SYN -> SYN+ACK by sr1(). @returns nanoseconds */
export function scapyRoundTrips(python: string, count: number): Promise<readonly number[]> {
  return scapy(python, 'roundtrip', count);
}

/** Nanoseconds for all SYNs of a flood. */
export interface ScapyFlood {
  /** By send(), which makes the bytes of each. */
  readonly send: number;
  /** Packets that were made beforehand, one by one. */
  readonly made: number;
  /** The same, dissected beforehand: their bytes are only copied. */
  readonly dissected: number;
}

export async function scapyFlood(python: string, count: number): Promise<ScapyFlood> {
  const [send = Number.NaN, made = Number.NaN, dissected = Number.NaN] = await scapy(python, 'flood', count);
  return { send, made, dissected };
}

/** @returns the nanoseconds that it prints, one a line */
async function scapy(python: string, what: 'roundtrip' | 'flood', count: number): Promise<readonly number[]> {
  const text = await output(inNetwork([python, SCAPY_PROGRAM, what, String(count)]));
  return text.trimEnd().split('\n').map(Number);
}

const HPING_TARGET = ['-I', 'lo', '-S', '-p', '8080', '192.168.0.1'] as const;
const LISTENER = `
import socket, time
listener = socket.create_server(("192.168.0.1", 8080), backlog=128)
time.sleep(600)`;
/** Of what hping3 has sent: a cookie for each, but for sources that no host can have. */
const ANSWERED_SHARE = 0.8;

/** Over `lo`, since its own kernel must have a route and an address. @returns milliseconds, as it rounds them */
export async function hpingRoundTrips(count: number): Promise<readonly number[]> {
  const text = await output(overLoopback(`hping3 -c ${count} -i u1000 ${HPING_TARGET.join(' ')} 2>/dev/null`));
  return [...text.matchAll(/flags=SA .*rtt=([\d.]+) ms/g)].map(([, milliseconds]) => Number(milliseconds));
}

/** @returns packets a second */
export async function hpingFlood(seconds: number): Promise<number> {
  const flood = `timeout -s INT ${seconds} hping3 -q --flood --rand-source ${HPING_TARGET.join(' ')} 2>&1`;
  const text = await output(overLoopback(`${flood} || true; nstat -asz TcpExtSyncookiesSent`));
  const sent = Number(/(\d+) packets transmitted/.exec(text)?.[1]);
  const cookies = Number(/TcpExtSyncookiesSent +(\d+)/.exec(text)?.[1]);
  if (!(cookies >= sent * ANSWERED_SHARE)) throw new Error(`${cookies} cookies for ${sent} SYNs of hping3`);
  return sent / seconds;
}

function overLoopback(command: string): readonly string[] {
  // Answers to any address leave by a TUN device, where they end: without a route, the kernel would have less to do.
  const script = `ip link set lo up
ip tuntap add tun0 mode tun
ip addr add 192.168.0.1/16 dev tun0
ip link set tun0 up
ip route add default dev tun0
python3 -c '${LISTENER}' &
listener=$!
while ! ss -Hltn | grep -q :8080; do sleep 0.05; done
${command}
kill $listener`;
  return inNetwork(['sh', '-c', script]);
}

function inNetwork(command: readonly string[]): readonly string[] {
  return privately(['unshare', '--net', '--', ...command]);
}
