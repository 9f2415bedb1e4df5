/**
 * A tracing instance of this process's own (Documentation/trace/ftrace.rst, "Instances"): ring buffers, filters and
 * switches of its own, on the clock of the run. The tracing of others, and that of the machine, is not touched.
 *
 * An instance outlives its process. Its name says which process made it, and whoever makes one takes away those whose
 * process is dead; one that is read by somebody cannot be taken away.
 */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../base/message';
import { HostError } from '../../host';
import { O_CLOEXEC, O_NONBLOCK, O_RDONLY, O_WRONLY } from '../constants';
import { libc } from '../libc';
import { type EventFormat, type PageLayout, parseFormat, parsePageLayout } from './format';
import { readPage, type RingPage } from './ring-page';
import { threadOf } from './tracepoints';
import { tracefs } from './tracefs';

const PREFIX = 'packetspec-';
/** Of all processors together, where there are many. */
const BUFFER_KB = 8192;
/** What the kernel gives each processor, where nobody has told it otherwise. */
const USUAL_KB = 1408;
const LEAST_KB = 64;

export class TracingInstance {
  readonly #path: string;
  readonly #layout: PageLayout;
  /** One for each processor. */
  readonly #pipes: readonly number[];
  readonly #switch: number;
  readonly #page: Buffer;

  /** @throws HostError `no-tracing` */
  constructor() {
    removeDeadInstances();
    try {
      // Not `process.pid`: /proc may belong to another process namespace.
      this.#path = join(instancesFolder(), `${PREFIX}${readlinkSync('/proc/self')}-${startOf('self') ?? ''}`);
      mkdirSync(this.#path);
      this.#pipes = this.#openPipes();
      this.#write('trace_clock', 'mono');
      const each = Math.max(LEAST_KB, Math.floor(BUFFER_KB / this.#pipes.length));
      if (each < USUAL_KB) this.#write('buffer_size_kb', String(each));
      this.#layout = parsePageLayout(this.#read('events/header_page'));
      this.#switch = libc.open(join(this.#path, 'tracing_on'), O_WRONLY | O_CLOEXEC);
    } catch (error) {
      throw noTracing(error);
    }
    this.#page = Buffer.alloc(this.#layout.pageBytes);
  }

  /** The id by which the kernel calls this thread in events: another than its own inside a process namespace. */
  ownThread(): number {
    this.#write('trace_marker', 'packetspec');
    let thread = process.pid;
    this.read(({ records }, page) => {
      const [record] = records;
      if (record !== undefined) thread = threadOf(page.subarray(record.start, record.end));
    });
    return thread;
  }

  /** Where the fields of an event lie; undefined when this kernel does not have it. */
  format(tracepoint: string): EventFormat | undefined {
    try {
      return parseFormat(this.#read(`events/${tracepoint}/format`));
    } catch {
      return undefined;
    }
  }

  /** Has an event recorded, as far as the filter lets it through. An empty filter lets everything through. */
  enable(tracepoint: string, filter: string): void {
    this.#write(`events/${tracepoint}/filter`, filter === '' ? '0' : filter);
    this.#write(`events/${tracepoint}/enable`, '1');
  }

  /** The opposite; both take the kernel some milliseconds. */
  disable(tracepoint: string): void {
    this.#write(`events/${tracepoint}/enable`, '0');
  }

  /** Costs a microsecond: the events stay enabled, but nothing is written. */
  record(on: boolean): void {
    libc.write(this.#switch, Buffer.from(on ? '1' : '0'), 1);
  }

  /** All pages that have something in them, processor by processor. What is read is gone. */
  read(take: (page: RingPage, bytes: Buffer) => void): void {
    for (const pipe of this.#pipes) {
      for (;;) {
        const length = libc.read(pipe, this.#page, this.#page.length);
        if (length <= 0) break;
        const page = readPage(new DataView(this.#page.buffer, this.#page.byteOffset, length), this.#layout);
        take(page, this.#page);
      }
    }
  }

  /** Takes it away. */
  remove(): void {
    for (const fd of [...this.#pipes, this.#switch]) libc.close(fd);
    removeFolder(this.#path);
  }

  #openPipes(): readonly number[] {
    const processors = readdirSync(join(this.#path, 'per_cpu'));
    return processors
      .map((name) => libc.open(join(this.#path, 'per_cpu', name, 'trace_pipe_raw'), O_RDONLY | O_NONBLOCK | O_CLOEXEC))
      .filter((fd) => fd >= 0);
  }

  #read(name: string): string {
    return readFileSync(join(this.#path, name), 'utf8');
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.#path, name), text);
  }
}

/** Takes away the instances that killed processes have left. Never throws. */
export function removeDeadInstances(): void {
  try {
    for (const name of readdirSync(instancesFolder())) {
      const [, pid = '', start] = /^packetspec-(\d+)-(\d+)$/.exec(name) ?? [];
      if (pid !== '' && startOf(pid) !== start) removeFolder(join(instancesFolder(), name));
    }
  } catch {
    // Without tracefs there are none.
  }
}

function instancesFolder(): string {
  return join(tracefs(), 'instances');
}

/** One that is in use answers EBUSY. */
function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It stays for the next run.
  }
}

/** Zombie, and dead (proc(5)): it waits for its parent, and uses nothing any more. */
const ENDED_STATES = ['Z', 'X'];

/**
 * When a process began, in ticks since the boot: field 22 of /proc/PID/stat. A pid alone is used again. `undefined` when it
 * has ended.
 */
function startOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ENDED_STATES.includes(fields[0] ?? '') ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function noTracing(error: unknown): HostError {
  if (error instanceof HostError) return error;
  const message = messageOf(error);
  return new HostError('no-tracing', `no tracing instance can be made: ${message}`);
}
