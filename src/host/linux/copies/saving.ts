/**
 * Writes a frozen process into a folder, from which it can be made again (`restoring`) when this process is long over. A clone
 * of it is what is looked at, so that it can go on to be copied.
 */
import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { HostError } from '../../host';
import { SIGKILL } from '../constants';
import { libc } from '../libc';
import { type DescribedArea, describedAreasOf } from './areas';
import type { FrozenProcess } from './frozen';
import { ProcessMemory } from './memory';
import { describeFile } from './named-files';
import { type Piece, readPages } from './moving';
import { ownPagesOf } from './pages';
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
const ROOM_BYTES = 4096;
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
    await writePages(clone, saved.pages, pagesPath(folder));
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
  const descriptors = describeForSaving(clone.tid, frozen.descriptors, plan);
  const paths = [...kept.map(({ name }) => name), ...descriptors.map((one) => (one.kind === 'file' ? one.path : ''))];
  return {
    name: readFileSync(`/proc/${clone.tid}/comm`, 'latin1').trimEnd(),
    areas,
    files: [...new Set(paths.filter(isPath))].map(describeFile),
    pages: ownPagesOf(clone.tid, kept),
    layout: layoutOf(clone),
    main: threadToSave(frozen.main),
    shared: clone.sharedArea(),
    others: frozen.others.map(({ original, clearedAtEnd }) => ({
      ...threadToSave(original),
      clearedAtEnd: String(clearedAtEnd),
    })),
    signalActions: toText(signalActionsOf(shop)),
    descriptors,
    place: plan.place,
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
async function writePages(clone: StoppedThread, pages: readonly Piece[], path: string): Promise<void> {
  const file = await open(path, 'wx', OWNER_ONLY);
  try {
    // Runs go on meanwhile.
    for (const bytes of readPages(clone.tid, pages)) await writeAll(file, bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
