/**
 * Private networks. Each run has one of its own, which the main thread of the process moves into; sockets and child
 * processes follow that thread. Between runs the thread stands in an empty private network, `home`: nothing that this
 * process does can then reach the network it was started in, and threads that are born there keep no run's network
 * alive. A network vanishes with the last socket, process or thread in it, so nothing is left of a process that is killed.
 */
import { openSync } from 'node:fs';
import { HostError } from '../host';
import { CLONE_NEWNET, EPERM } from './constants';
import { errnoName } from './errno';
import { libc, succeed } from './libc';

let homeFd: number | undefined;

/**
 * Moves the calling thread into a fresh network.
 * @throws HostError `no-namespace`
 */
export function enterPrivateNetwork(): void {
  homeFd ??= openHome();
  unshareNetwork();
}

/** Moves the calling thread back to where it stands between runs. */
export function returnHome(): void {
  if (homeFd !== undefined) succeed('setns(home)', libc.setns(homeFd, CLONE_NEWNET));
}

/**
 * Does something, such as starting a thread, while the calling thread stands at home; then moves back. A thread that has
 * never moved is at home where it is.
 */
export function whileAtHome<T>(action: () => T): T {
  if (homeFd === undefined) return action();
  const runFd = openNetwork();
  try {
    returnHome();
    return action();
  } finally {
    reenter(runFd);
  }
}

/**
 * Does something in one more private network, which lives on in the sockets that are opened there; then moves back.
 * @param action gets a descriptor of the network that the thread comes from, open only meanwhile
 * @throws HostError `no-namespace`
 */
export function inFurtherNetwork<T>(action: (runFd: number) => T): T {
  const runFd = openNetwork();
  try {
    unshareNetwork();
    return action(runFd);
  } finally {
    reenter(runFd);
  }
}

/** A descriptor of the network that the calling thread is in. */
export function openNetwork(): number {
  return openSync('/proc/thread-self/ns/net', 'r');
}

/** Moves the calling thread into a network, and closes its descriptor. */
export function reenter(networkFd: number): void {
  succeed('setns(run)', libc.setns(networkFd, CLONE_NEWNET));
  libc.close(networkFd);
}

/** Remembers the network that the calling thread is in now. @returns moves it back, for good */
export function rememberNetwork(): () => void {
  const fd = openNetwork();
  return () => {
    if (homeFd === undefined) {
      libc.close(fd);
      return;
    }
    reenter(fd);
    libc.close(homeFd);
    homeFd = undefined;
  };
}

function openHome(): number {
  unshareNetwork();
  return openNetwork();
}

function unshareNetwork(): void {
  const result = libc.unshare(CLONE_NEWNET);
  if (result >= 0) return;
  const hint =
    result === -EPERM
      ? 'a private network needs CAP_SYS_ADMIN: run as root, or as an ordinary user under `unshare -Ur`'
      : 'the kernel must have CONFIG_NET_NS, and user.max_net_namespaces must not be exhausted';
  throw new HostError('no-namespace', `unshare(CLONE_NEWNET): ${errnoName(result)}`, hint);
}
