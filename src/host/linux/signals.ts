/** Handlers that do nothing, so that a signal interrupts a sleeping system call instead of ending the process. */
import { functionAddress, libc, succeed } from './libc';

/** struct sigaction of libc: handler (8), mask (128), flags (4), padding, restorer (8). */
const SIGACTION_WORDS = 19;

const installed = new Set<number>();

/** Installs the handler, without SA_RESTART, once per process. It is a libc function that neither reads nor writes. */
export function makeInterrupting(signal: number): void {
  if (installed.has(signal)) return;
  handleWith(signal, functionAddress('getpid'));
  installed.add(signal);
}

/** @param handler where a C function lives that is called with the signal's number */
export function handleWith(signal: number, handler: bigint): void {
  const action = new BigUint64Array(SIGACTION_WORDS);
  action[0] = handler;
  succeed(`sigaction(${signal})`, libc.sigaction(signal, action, null));
}
