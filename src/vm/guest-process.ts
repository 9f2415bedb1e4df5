/** The guest in a QEMU, from its start to its end. All that it writes goes into files without a name. */
import { readFileSync } from 'node:fs';
import { explainEnd, type GuestEnd, unfitError } from './ending';
import { HandedFile } from './handed-file';
import { decodeMessages, type FromGuest } from './job';
import { type Machine, qemuArguments } from './qemu';
import { Qmp, QmpError } from './qmp';
import { FIRST_FILE_FD, QMP_FD, type RunningQemu, SpawnedQemu } from './running-qemu';
import { VmError } from './trouble';

const LOOK_MS = 500;
/** In /proc/PID/stat behind the name: utime and stime, in ticks of USER_HZ, which is 100. */
const USER_TICKS_AT = 11;
const MS_PER_TICK = 10;
/** Of every file that is handed to a guest under a name that is not the user's. */
const USUAL_WARNING = /should be prefixed with "opt\/"/;

/** Where QEMU finds a file that this process has open. */
export interface Handed {
  readonly pathOf: (file: HandedFile) => string;
  readonly fdOf: (file: HandedFile) => number;
}

/** How long something may take: of processors, since a busy machine makes everything last; and at all. */
export interface Limit {
  readonly busyMs: number;
  readonly wallMs: number;
}

/** A machine, without what this class adds. */
export type GuestMachine = Omit<Machine, 'console' | 'results' | 'qmpFd'>;

/** What a guest writes. */
export class GuestFiles {
  readonly console = HandedFile.holding();
  readonly results = HandedFile.holding();
  /** What QEMU itself says. */
  readonly errors = HandedFile.holding();

  get all(): readonly HandedFile[] {
    return [this.console, this.results, this.errors];
  }
}

/**
 * Starts a guest.
 * @param qemu the program
 * @param files what it is to open
 * @param machineOf what to start, given where QEMU finds those files
 */
export function startGuest(
  qemu: string,
  files: readonly HandedFile[],
  machineOf: (handed: Handed) => GuestMachine,
): GuestProcess {
  const written = new GuestFiles();
  const all = [written.console, written.results, ...files];
  const fdOf = (file: HandedFile): number => FIRST_FILE_FD + all.indexOf(file);
  const pathOf = (file: HandedFile): string => `/proc/self/fd/${fdOf(file)}`;
  const [console, results] = [pathOf(written.console), pathOf(written.results)];
  const args = qemuArguments({ ...machineOf({ pathOf, fdOf }), console, results, qmpFd: QMP_FD });
  const handed = all.map(({ fd }) => fd);
  return new GuestProcess(new SpawnedQemu([qemu, ...args], written.errors.fd, handed), written);
}

export class GuestProcess {
  readonly qmp: Qmp;
  readonly end: Promise<GuestEnd>;
  readonly files: GuestFiles;
  readonly #qemu: RunningQemu;
  /** A process that is a copy may have been at work before. */
  readonly #busyBeforeMs: number;
  #stopped: Promise<GuestEnd> | undefined;
  #hasStopped = false;

  constructor(qemu: RunningQemu, files: GuestFiles) {
    this.#qemu = qemu;
    this.#busyBeforeMs = busyMsOf(qemu.pid);
    this.files = files;
    this.end = qemu.end;
    this.qmp = new Qmp(qemu.monitor);
  }

  get pid(): number | undefined {
    return this.#qemu.pid;
  }

  get isRunning(): boolean {
    return this.#qemu.isRunning;
  }

  /** What the runner has said so far. */
  messages(): readonly FromGuest[] {
    return decodeMessages(this.files.results.read());
  }

  /** Everything on the console so far. */
  consoleText(): string {
    return textOf(this.files.console).replaceAll('\r', '');
  }

  /** Lets one go on that waits, and that stops when it is done. */
  goOn(): void {
    this.#stopped = this.qmp.event('STOP').then(
      () => {
        this.#hasStopped = true;
        return { kind: 'stopped' };
      },
      // It has ended instead.
      () => this.end,
    );
    // When it does not go on, its end says why.
    this.qmp.command('cont').catch(() => undefined);
  }

  /** How it ended, or that it had not within the limit. */
  async until({ busyMs, wallMs }: Limit): Promise<GuestEnd> {
    const startedMs = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const gaveUp = new Promise<GuestEnd>((resolve) => {
      timer = setInterval(() => {
        const passedMs = performance.now() - startedMs;
        const busy = passedMs < busyMs ? 0 : busyMsOf(this.pid) - this.#busyBeforeMs;
        if (busy > busyMs || passedMs > wallMs)
          resolve({ kind: 'gave-up', busyMs: busy, afterMs: Math.round(passedMs) });
      }, LOOK_MS);
    });
    try {
      return await Promise.race([this.end, gaveUp, ...(this.#stopped === undefined ? [] : [this.#stopped])]);
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Waits for something to happen in a guest that may end or hang instead.
   * @throws VmError
   */
  async within<T>(limit: Limit, happening: Promise<T>): Promise<T> {
    const ended = this.until(limit).then((end): Promise<T> => Promise.reject(this.explain(end)));
    // An end closes the monitor as well: the reason is the end.
    return await Promise.race([happening.catch((error: unknown) => this.#refused(error, ended)), ended]);
  }

  /** Why it ended, when that was not wanted. */
  explain(end: GuestEnd): VmError {
    const unfit = this.messages().find((message) => message.kind === 'unfit');
    if (unfit !== undefined) return unfitError(unfit.trouble.message);
    const lines = textOf(this.files.errors).split('\n');
    const complaints = lines.filter((line) => line !== '' && !USUAL_WARNING.test(line)).join('\n');
    return explainEnd(end, { console: this.consoleText(), complaints });
  }

  kill(): void {
    this.#qemu.kill();
  }

  /** Is done with it, and forgets what it said. */
  async close(): Promise<void> {
    await this.#qemu.leave(this.#hasStopped);
    for (const file of this.files.all) file.close();
  }

  #refused<T>(error: unknown, ended: Promise<T>): Promise<T> {
    if (!(error instanceof QmpError)) throw error;
    if (error.isEnd) return ended;
    throw new VmError('vm-died', `QEMU refused: ${error.message}`);
  }
}

/** Time that a process has spent on processors. */
function busyMsOf(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const [user = '0', system = '0'] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(USER_TICKS_AT);
    return (Number(user) + Number(system)) * MS_PER_TICK;
  } catch {
    // It has ended.
    return 0;
  }
}

function textOf(file: HandedFile): string {
  return Buffer.from(file.read()).toString('latin1');
}
