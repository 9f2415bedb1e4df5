/**
 * A guest as two files: its memory, and the state of its devices. It is the guest that chooses the moment, by a
 * watchdog, so that a snapshot made anew is the same one, whatever else the host does.
 */
import { createHash } from 'node:crypto';
import { constants, copyFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CacheShelf } from './cache';
import { type GuestMachine, type GuestProcess, type Handed, type Limit, startGuest } from './guest-process';
import { HandedFile } from './handed-file';
import type { Image } from './image';
import { openInitrd } from './initrd';
import { saveState } from './monitor';
import { requireNewEnough } from './qemu-program';
import { shared } from './shared';
import { snapshotForm } from './qemu';
import { VmError } from './trouble';
import type { BootableKernel } from './vm';

/**
 * A guest that has booted, and one that is warm. They are two, because a QEMU that goes from the one to the other has
 * translated what runs need by then; see `vm/template`.
 */
export type Stage = 'booted' | 'warm';

interface Snapshot {
  readonly key: string;
  readonly memory: string;
  readonly state: string;
}

/** A snapshot, open. */
export interface OpenSnapshot {
  readonly memory: HandedFile;
  readonly state: HandedFile;
}

const SHELF = 'snapshots';
/** A matrix of kernels, and a few changes of the product. */
const KEPT = 20;
const KEY_LENGTH = 24;
/** Booting takes 6 s of an idle processor, warming up 2. */
export const BOOT_LIMIT: Limit = { busyMs: 60_000, wallMs: 600_000 };
const SAVING_LIMIT: Limit = { busyMs: 60_000, wallMs: 600_000 };

/** What snapshots are made of. */
export interface GuestParts {
  readonly qemu: string;
  readonly kernel: BootableKernel;
  readonly image: Image;
}

/**
 * Has something start from the snapshot of a kernel with an image, which is made if need be, and made anew if it has been
 * removed or damaged.
 * @throws VmError
 */
export async function fromSnapshot<T>(
  parts: GuestParts,
  stage: Stage,
  use: (snapshot: OpenSnapshot) => Promise<T>,
): Promise<T> {
  const found = await ensureSnapshot(parts, stage);
  try {
    return await useOpen(found, use);
  } catch (error) {
    if (!(error instanceof VmError) || error.code !== 'vm-snapshot') throw error;
    new CacheShelf(SHELF, KEPT).remove(found.key);
    return useOpen(await ensureSnapshot(parts, stage), use);
  }
}

/** Keeps one that is there for those who need its files; it counts as used from now on. */
export function keepSnapshot(parts: GuestParts, stage: Stage): void {
  new CacheShelf(SHELF, KEPT).find(snapshotKey(parts, stage));
}

function ensureSnapshot(parts: GuestParts, stage: Stage): Promise<Snapshot> {
  const key = snapshotKey(parts, stage);
  return shared(`snapshot ${key}`, async () => {
    const shelf = new CacheShelf(SHELF, KEPT);
    const found = shelf.find(key);
    if (found !== undefined) return filesIn(key, found);
    await requireNewEnough(parts.qemu);
    const make = stage === 'booted' ? boot : warmUp;
    return filesIn(key, await shelf.add(key, (fresh) => make(parts, filesIn(key, fresh))));
  });
}

async function useOpen<T>(snapshot: Snapshot, use: (snapshot: OpenSnapshot) => Promise<T>): Promise<T> {
  const open = openSnapshot(snapshot);
  try {
    return await use(open);
  } finally {
    for (const file of [open.memory, open.state]) file.close();
  }
}

function openSnapshot({ memory, state }: Snapshot): OpenSnapshot {
  try {
    return { memory: HandedFile.named(memory, 'r'), state: HandedFile.named(state, 'r') };
  } catch (cause) {
    throw new VmError('vm-snapshot', 'a snapshot vanished before it was used', undefined, cause);
  }
}

function filesIn(key: string, folder: string): Snapshot {
  return { key, memory: join(folder, 'memory'), state: join(folder, 'state') };
}

export function snapshotKey(parts: GuestParts, stage: Stage): string {
  return `${keyOf(parts)}-${stage}`;
}

/** Files of a kernel are told by their size and time: reading them would take longer than a run. */
function keyOf({ qemu, kernel: { imagePath, modules }, image }: GuestParts): string {
  const hash = createHash('sha256').update(`${snapshotForm()}\n${image.id}\n`);
  for (const path of [qemu, imagePath, ...modules]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, KEY_LENGTH);
}

/** @throws VmError */
async function boot({ qemu, kernel, image }: GuestParts, files: Snapshot): Promise<void> {
  const initrd = openInitrd(image, 'everything', kernel);
  const memory = HandedFile.named(files.memory, 'wx+');
  try {
    await save(files, qemu, [initrd, memory], ({ pathOf }) => ({
      kind: 'snapshot',
      boot: { kernel, initrd: pathOf(initrd), isTraced: true },
      memory: pathOf(memory),
    }));
  } finally {
    for (const file of [initrd, memory]) file.close();
  }
}

/** Goes on from the booted guest: every guest that is warm has come from there. @throws VmError */
function warmUp(parts: GuestParts, files: Snapshot): Promise<void> {
  return fromSnapshot(parts, 'booted', async (booted) => {
    copyFileSync(`/proc/self/fd/${booted.memory.fd}`, files.memory, constants.COPYFILE_FICLONE);
    const memory = HandedFile.named(files.memory, 'r+');
    const job = HandedFile.holding();
    try {
      await save(files, parts.qemu, [memory, booted.state, job], ({ pathOf, fdOf }) => ({
        kind: 'restore',
        memory: pathOf(memory),
        share: 'on',
        waits: true,
        stops: false,
        stateFd: fdOf(booted.state),
        job: pathOf(job),
      }));
    } finally {
      for (const file of [memory, job]) file.close();
    }
  });
}

/** Starts a guest, waits until it stops itself, and has QEMU write down what is not in its memory. */
async function save(
  files: Snapshot,
  qemu: string,
  handed: readonly HandedFile[],
  startOf: (handed: Handed) => GuestMachine['start'],
): Promise<void> {
  const state = HandedFile.named(files.state, 'wx+');
  let statePath = '';
  const guest = startGuest(qemu, [...handed, state], (where) => {
    statePath = where.pathOf(state);
    return { time: 'virtual', accelerator: 'tcg', start: startOf(where) };
  });
  try {
    await untilPaused(guest);
    await writeState(guest, statePath);
  } finally {
    await guest.close();
    state.close();
  }
}

/** Has QEMU write down what is not in the memory of a stopped guest. @throws VmError */
export function writeState(guest: GuestProcess, path: string): Promise<void> {
  return guest.within(SAVING_LIMIT, saveState(guest.qmp, path));
}

/** Lets a guest run that waits for it, until it stops itself. @throws VmError */
export async function untilPaused(guest: GuestProcess): Promise<void> {
  const stopped = guest.qmp.event('STOP');
  const begun = guest.qmp.greet().then(() => guest.qmp.command('cont'));
  await guest.within(BOOT_LIMIT, Promise.all([begun, stopped]));
}
