/** The processes that live in a private network. */
import { readdirSync, readlinkSync } from 'node:fs';
import { O_CLOEXEC, O_RDONLY, SIGKILL, SYSTEM_CALLS } from './constants';
import { libc } from './libc';

/** What is killed may have started others meanwhile. */
const MOST_LOOKS = 5;

/**
 * Kills all processes in the network that the calling thread is in, but not this one. They are named by their folders
 * in /proc, which keep meaning the same process, also when /proc belongs to another process namespace. What cannot be
 * killed stays.
 */
export function killInhabitants(): void {
  const network = readlinkSync('/proc/thread-self/ns/net');
  for (let look = 0; look < MOST_LOOKS; look++) {
    if (killOnce(network) === 0) return;
  }
}

/** @returns how many there were */
function killOnce(network: string): number {
  const own = readlinkSync('/proc/self');
  const others = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== own);
  return others.filter((pid) => networkOf(`/proc/${pid}`) === network && killFolder(`/proc/${pid}`, network)).length;
}

function killFolder(folder: string, network: string): boolean {
  const fd = libc.open(folder, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  try {
    // Another process may have got the number since the first look.
    if (networkOf(`/proc/self/fd/${fd}`) !== network) return false;
    return libc.syscall(SYSTEM_CALLS.pidfdSendSignal, fd, SIGKILL, 0, 0, 0, 0) === 0;
  } finally {
    libc.close(fd);
  }
}

/** Undefined for a process that has ended, or that belongs to somebody else. */
function networkOf(folder: string): string | undefined {
  try {
    return readlinkSync(`${folder}/ns/net`);
  } catch {
    return undefined;
  }
}
