/** What this process may do: capabilities and user namespaces. */
import { readFileSync } from 'node:fs';

/** `         0          0 4294967295`: the one mapping of the initial user namespace. */
const INITIAL_UID_MAP = /^\s*0\s+0\s+4294967295\s*$/;

const CAP_NET_ADMIN = 12n;
const CAP_NET_RAW = 13n;
const CAP_SYS_ADMIN = 21n;

/** Whether this process lives in a user namespace of its own. */
export function isRootless(): boolean {
  const map = readText('/proc/self/uid_map');
  // A kernel without user namespaces has no such file.
  return map !== undefined && !INITIAL_UID_MAP.test(map);
}

/** Whether this process may make private networks, TUN devices and packet sockets without further ado. */
export function mayOpenRuns(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readText('/proc/self/status') ?? '')?.[1];
  const has = (capability: bigint) => ((BigInt(`0x${effective ?? '0'}`) >> capability) & 1n) === 1n;
  return [CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_RAW].every(has);
}

/** The text of a file, or undefined when it cannot be read. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
