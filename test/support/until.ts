import { setTimeout as sleep } from 'node:timers/promises';

/** Far beyond what anything takes here, also on a machine with ten times as many processes as processors. */
const PATIENCE_MS = 100_000;

/** Looks again and again until something is there. @returns it @throws when it is not there in time */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  for (const deadlineMs = performance.now() + PATIENCE_MS; performance.now() < deadlineMs; await sleep(10)) {
    const found = look();
    if (found !== undefined && found !== false) return found;
  }
  throw new Error(`never seen: ${what}`);
}
