/**
 * Writes a frozen process into a folder, from which it can be made again (`restoring`) when this process is long over. What it has of
 * its own in its memory is written by a clone of it, so that none of it goes through this process.
 */
import { closeSync, fsync, openSync, readFileSync } from 'node:fs';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { promisify } from 'node:util';
import { HostError } from '../../host';
import { AT_FDCWD, O_WRONLY, SIGKILL } from '../constants';
import { libc, zeroTerminated } from '../libc';
import { type DescribedArea, describedAreasOf } from './areas';
import type { FrozenProcess } from './frozen';
import { ProcessMemory } from './memory';
import { describeFile } from './named-files';
import { batchesOf, bytesIn, ioVectors, knownPagesOf, type Piece } from './pages';
import { layoutOf, type Span } from './process-layout';
import { describeForSaving, type SavePlan } from './saved-descriptors';
import { OWNER_ONLY, pagesPath, type SavedProcess, threadToSave, toText, writeDescription } from './saved-form';
import type { StoppedThread } from './stopped-thread';
import { CALLS } from './x86-64';

/** The kernel's own, which every process has, somewhere. */
export const KERNEL_AREA = /^\[(?:vvar|vvar_vclock|vdso)\]$/;
/** Of an area: what is not among them is something that another process would not be given. */
const KNOWN_FLAGS = /^(?:rd|wr|ex|mr|mw|me|ac|nr|gd|hg|nh|sd|dd|sh|ms)$/;
/** The kernel's own, which every process has in the same place. */
export const UNCHANGEABLE = '[vsyscall]';
const PROT_READ = 1;
const PROT_READ_WRITE = 3;
const PRIVATE_ANONYMOUS = 0x22;
/** Enough for as many pieces as go into one call. */
const ROOM_BYTES = 65_536;
const SIGNAL_ACTION_BYTES = 32;
const SIGNALS = 64;
const SIGNAL_SET_BYTES = 8;
/** `stack_t`: its flags stand behind the address. */
const ALTERNATIVE_STACK = { bytes: 24, flagsAt: 8, disabled: 2 } as const;

/**
 * @param folder is filled with what is on the disk when this returns
 * @throws HostError `system-call`, when it is something that cannot be made again; errors of the file system
 */
export async function saveProcess(frozen: FrozenProcess, folder: string, plan: SavePlan): Promise<void> {
  const clone = frozen.cloneProcess();
  const memory = new ProcessMemory(clone.tid);
  try {
    const areas = describedAreasOf(clone.tid).filter(({ name }) => name !== UNCHANGEABLE);
    // Not in the memory that is saved.
    const room = clone.call(CALLS.mmap, 0, ROOM_BYTES, PROT_READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    const saved = describe({ clone, memory, room }, frozen, areas, plan);
    forget(memory, saved.layout.environment);
    makeReadable(clone, saved);
    await writePages({ clone, memory, room }, saved.pages, pagesPath(folder));
    writeDescription(folder, saved);
  } finally {
    memory.close();
    libc.kill(clone.tid, SIGKILL);
    clone.awaitEnd();
  }
}

/** What is worked with. */
interface Workshop {
  readonly clone: StoppedThread;
  readonly memory: ProcessMemory;
  /** A place in its memory. */
  readonly room: number;
}

/** @throws HostError `system-call` */
function describe(
  shop: Workshop,
  frozen: FrozenProcess,
  areas: readonly DescribedArea[],
  plan: SavePlan,
): SavedProcess {
  const { clone } = shop;
  for (const area of areas) requireOrdinary(area);
  requireNoAlternativeStack(shop);
  const kept = areas.filter(({ name }) => !KERNEL_AREA.test(name));
  const isWritable = ({ from }: Piece): boolean =>
    kept.some((area) => area.rights.includes('w') && area.from <= from && from < area.to);
  const { own, ofFiles } = knownPagesOf(clone.tid, kept);
  const descriptors = describeForSaving(clone.tid, frozen.descriptors, plan);
  const paths = [...kept.map(({ name }) => name), ...descriptors.map((one) => (one.kind === 'file' ? one.path : ''))];
  return {
    name: readFileSync(`/proc/${clone.tid}/comm`, 'latin1').trimEnd(),
    areas,
    files: [...new Set(paths.filter(isPath))].map(describeFile),
    pages: own,
    seen: ofFiles.filter(isWritable),
    layout: layoutOf(clone),
    main: threadToSave(frozen.main),
    shared: clone.sharedArea(),
    others: frozen.others.map(({ original, clearedAtEnd }) => ({
      ...threadToSave(original),
      clearedAtEnd: String(clearedAtEnd),
    })),
    signalActions: toText(signalActionsOf(shop)),
    descriptors,
  };
}

/** @throws HostError `system-call` */
function requireOrdinary({ name, rights, flags }: DescribedArea): void {
  if (KERNEL_AREA.test(name)) return;
  const unknown = flags.filter((flag) => !KNOWN_FLAGS.test(flag));
  const isShared = !rights.endsWith('p') && (!isPath(name) || flags.includes('mw'));
  if (unknown.length > 0 || isShared)
    throw new HostError(
      'system-call',
      `memory of another kind (${name} ${rights} ${unknown.join(' ')}) cannot be saved`,
    );
}

/** @throws HostError `system-call`, when signals have a stack of their own (sigaltstack(2)) */
function requireNoAlternativeStack({ clone, memory, room }: Workshop): void {
  const { bytes, flagsAt, disabled } = ALTERNATIVE_STACK;
  clone.call(CALLS.sigaltstack, 0, room);
  if (Buffer.from(memory.read(room, bytes)).readInt32LE(flagsAt) !== disabled)
    throw new HostError('system-call', `process ${clone.tid} has a stack for signals, which cannot be saved`);
}

function signalActionsOf({ clone, memory, room }: Workshop): Uint8Array {
  for (let signal = 1; signal <= SIGNALS; signal++)
    clone.call(CALLS.rt_sigaction, signal, 0, room + (signal - 1) * SIGNAL_ACTION_BYTES, SIGNAL_SET_BYTES);
  return memory.read(room, SIGNALS * SIGNAL_ACTION_BYTES);
}

/** The name of an area or descriptor that is a file's. */
export function isPath(name: string): boolean {
  return name.startsWith('/');
}

/** The user's own: nothing that is kept for weeks. */
function forget(memory: ProcessMemory, [from, to]: Span): void {
  memory.write(from, new Uint8Array(to - from));
}

function makeReadable(clone: StoppedThread, { areas, pages }: SavedProcess): void {
  for (const { from, to, rights } of areas)
    if (!rights.startsWith('r') && pages.some((piece) => from <= piece.from && piece.from < to))
      clone.call(CALLS.mprotect, from, to - from, PROT_READ);
}

/** They are on the disk when this returns. */
async function writePages({ clone, memory, room }: Workshop, pages: readonly Piece[], path: string): Promise<void> {
  const file = openSync(path, 'wx', OWNER_ONLY);
  try {
    memory.write(room, zeroTerminated(`/proc/${process.pid}/fd/${file}`));
    const fd = clone.call(CALLS.openat, AT_FDCWD, room, O_WRONLY, 0);
    let position = 0;
    for (const batch of batchesOf(pages)) {
      memory.write(room, new Uint8Array(ioVectors(batch).buffer));
      const written = clone.call(CALLS.pwritev, fd, room, batch.length, position);
      if (written !== bytesIn(batch)) throw new HostError('system-call', 'pwritev: not all of it');
      position += written;
      // Runs go on meanwhile.
      await turnOfOthers();
    }
    await promisify(fsync)(file);
  } finally {
    closeSync(file);
  }
}
