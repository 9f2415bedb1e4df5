/**
 * A guest that has booted and warmed up, as two files: its memory, and the state of its devices. It is the guest that
 * chooses the moment, by an instruction, so that a snapshot made anew is the same one, whatever else the host does.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CacheShelf } from './cache';
import { GuestProcess, type Limit } from './guest-process';
import { HandedFile } from './handed-file';
import type { Image } from './image';
import { initrdPieces } from './initrd';
import { saveState } from './monitor';
import { requireNewEnough } from './qemu-program';
import { shared } from './shared';
import { snapshotForm } from './qemu';
import type { BootableKernel } from './vm';

export interface Snapshot {
  readonly key: string;
  readonly memory: string;
  readonly state: string;
}

const SHELF = 'snapshots';
/** A matrix of kernels, and a few changes of the product. */
const KEPT = 20;
const KEY_LENGTH = 24;
/** Booting takes 4 to 7 s of an idle processor. */
export const BOOT_LIMIT: Limit = { busyMs: 60_000, wallMs: 600_000 };
const SAVING_LIMIT: Limit = { busyMs: 60_000, wallMs: 600_000 };

/** The snapshot of a kernel with an image, made if need be. @throws VmError */
export function ensureSnapshot(qemu: string, kernel: BootableKernel, image: Image): Promise<Snapshot> {
  const key = keyOf(qemu, kernel, image);
  return shared(`snapshot ${key}`, async () => {
    const shelf = new CacheShelf(SHELF, KEPT);
    const found = shelf.find(key);
    if (found !== undefined) return filesIn(key, found);
    requireNewEnough(qemu);
    return filesIn(key, await shelf.add(key, (fresh) => makeSnapshot(qemu, kernel, image, filesIn(key, fresh))));
  });
}

/** One that turned out to be of no use. */
export function dropSnapshot({ key }: Snapshot): void {
  new CacheShelf(SHELF, KEPT).remove(key);
}

function filesIn(key: string, folder: string): Snapshot {
  return { key, memory: join(folder, 'memory'), state: join(folder, 'state') };
}

/** Files of a kernel are told by their size and time: reading them would take longer than a run. */
function keyOf(qemu: string, { imagePath, modules }: BootableKernel, image: Image): string {
  const hash = createHash('sha256').update(`${snapshotForm()}\n${image.id}\n`);
  for (const path of [qemu, imagePath, ...modules]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, KEY_LENGTH);
}

/** Boots, waits until the guest stops itself, and has QEMU write down the rest. @throws VmError */
async function makeSnapshot(qemu: string, kernel: BootableKernel, image: Image, files: Snapshot): Promise<void> {
  const initrd = HandedFile.holding(...initrdPieces(image, kernel));
  const memory = HandedFile.named(files.memory, 'wx+');
  const state = HandedFile.named(files.state, 'wx+');
  const guest = new GuestProcess(qemu, [initrd, memory, state], ({ pathOf }) => ({
    time: 'virtual',
    accelerator: 'tcg',
    start: {
      kind: 'snapshot',
      files: { kernel: kernel.imagePath, initrd: pathOf(initrd) },
      memory: pathOf(memory),
    },
  }));
  try {
    const stopped = guest.qmp.event('STOP');
    await guest.within(BOOT_LIMIT, Promise.all([guest.qmp.greet(), stopped]));
    await guest.within(SAVING_LIMIT, saveState(guest.qmp, guest.pathOf(state)));
  } finally {
    await guest.close();
    for (const file of [initrd, memory, state]) file.close();
  }
}
