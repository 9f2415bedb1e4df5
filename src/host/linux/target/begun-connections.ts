/**
 * The connections that a run has begun with its target, written down where another process can read them when this one
 * was killed: a file in memory, which the guardian holds open. One short write for each connection, none for a segment.
 */
import { closeSync, readFileSync } from 'node:fs';
import { parseLine } from '../../../trace/jsonl';
import type { IpEnds } from '../../../wire/ip-header';
import { MFD_CLOEXEC } from '../constants';
import { libc, succeed } from '../libc';

export interface Ports {
  readonly harnessPort: number;
  readonly targetPort: number;
}

export interface Begun {
  /** From this host's side. */
  readonly ends: IpEnds;
  readonly connections: readonly Ports[];
}

export class BegunConnections {
  readonly fd: number;

  /** @throws HostError `system-call` */
  constructor(ends: IpEnds) {
    this.fd = succeed('memfd_create', libc.memfdCreate('connections', MFD_CLOEXEC));
    this.#write(JSON.stringify(ends));
  }

  /** To be called once for each connection, behind its first segment. */
  add({ harnessPort, targetPort }: Ports): void {
    this.#write(`${harnessPort} ${targetPort}`);
  }

  close(): void {
    libc.close(this.fd);
  }

  #write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    libc.write(this.fd, bytes, bytes.length);
  }
}

/** Reads what was written down, and closes it. @returns undefined when it is something else */
export function takeBegunConnections(fd: number): Begun | undefined {
  const [first = '', ...lines] = readFileSync(fd, 'utf8').split('\n');
  closeSync(fd);
  const ends = parseLine(first) as IpEnds | undefined;
  if (typeof ends !== 'object') return undefined;
  const connections = lines.flatMap((line) => {
    const [harnessPort, targetPort] = line.split(' ').map(Number);
    // The last line may have been cut off.
    return harnessPort && targetPort ? [{ harnessPort, targetPort }] : [];
  });
  return { ends, connections };
}
