/**
 * Makes a frozen process out of what `saving` has written: a process that only sleeps is stopped, and made to do by itself all that gives
 * it the other's memory, descriptors and the rest. Nothing of that needs rights that a user has not.
 *
 * Memory is what it was in kind, too: what was of a file is mapped from that file, and the pages that the process had of its own are
 * read over it, so that copies share and are taken back as they are of any frozen process.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { HostError } from '../../host';
import { AT_FDCWD, O_RDONLY, SIGKILL } from '../constants';
import { zeroTerminated } from '../libc';
import { type Area, areasOf, type DescribedArea, type Range } from './areas';
import { FrozenProcess } from './frozen';
import { IdleProcess } from './idle-process';
import { ProcessMemory } from './memory';
import { bytesOfPath } from './named-files';
import { PAGE_BYTES, type Piece, writePages } from './moving';
import { setLayout } from './process-layout';
import { fromText, pagesPath, readDescription, type SavedProcess, savedThread } from './saved-form';
import { giveDescriptors } from './saved-descriptors';
import { isPath, KERNEL_AREA, UNCHANGEABLE } from './saving';
import { type SharedArea, StoppedThread } from './stopped-thread';
import { CALLS } from './x86-64';

const PROT = { r: 1, w: 2, x: 4 } as const;
const PROT_READ_WRITE = PROT.r | PROT.w;
const MAP = {
  shared: 0x1,
  private: 0x2,
  anonymous: 0x20,
  growsDown: 0x100,
  noReserve: 0x4000,
  fixedNoReplace: 0x10_0000,
} as const;
const MREMAP_MAYMOVE_FIXED = 3;
const MADV = { hugePages: 14, noHugePages: 15 } as const;
const PR_SET_NAME = 15;
const RSEQ_FLAG_UNREGISTER = 1;
const SIGNAL_ACTION_BYTES = 32;
const SIGNAL_SET_BYTES = 8;
const SIGSTOP = 19;
/** Where an idle process has its areas is chosen by chance: one in hundreds has one where another is needed. */
const CHILDREN = 4;
/** A place at which no program has anything, for what calls need; behind it comes the environment, which stays there. */
const ROOM_AT = 0x1_0000_0000;
const ROOM_BYTES = 4096;

export interface Restored {
  readonly frozen: FrozenProcess;
  /** As `SavePlan` had it. */
  readonly place: number;
}

/**
 * @param files as `SavePlan` has them
 * @returns `undefined` when what stands in the folder is damaged, or does not fit any more
 * @throws HostError `system-call`, when the system does not let it be done
 */
export async function restoreProcess(folder: string, files: readonly number[]): Promise<Restored | undefined> {
  const saved = readDescription(folder);
  if (saved === undefined) return undefined;
  const pages = openSync(pagesPath(folder), 'r');
  try {
    const idle = await findRoom(saved.areas);
    try {
      return { frozen: await new Restorer(idle.thread, saved).restore(pages, files), place: saved.place };
    } finally {
      idle.end();
    }
  } finally {
    closeSync(pages);
  }
}

/** @throws HostError `system-call` */
async function findRoom(areas: readonly Area[]): Promise<IdleProcess> {
  for (let attempt = 0; attempt < CHILDREN; attempt++) {
    const idle = await IdleProcess.start();
    const its = changeable(areasOf(idle.thread.tid));
    if (![...areas, ROOM].some((one) => its.some((other) => overlap(one, other)))) return idle;
    idle.end();
  }
  throw new HostError('system-call', 'no process has room for the memory of a saved one');
}

const ROOM = { from: ROOM_AT, to: ROOM_AT + ROOM_BYTES } as const;

function overlap(one: Range, other: Range): boolean {
  return one.from < other.to && other.from < one.to;
}

function changeable(areas: readonly Area[]): readonly Area[] {
  return areas.filter(({ name }) => name !== UNCHANGEABLE);
}

class Restorer {
  /** With its own registers first, then with those of the saved process: each calls from the text that it has. */
  #child: StoppedThread;
  readonly #saved: SavedProcess;
  readonly #memory: ProcessMemory;
  readonly #before: readonly Area[];
  /** Areas in which it has pages of its own. */
  readonly #filled: ReadonlySet<DescribedArea>;
  /** The command's that restores: what ps(1) shows, and what is found by it. */
  readonly #environment: Uint8Array;

  constructor(child: StoppedThread, saved: SavedProcess) {
    this.#child = child;
    this.#saved = saved;
    this.#memory = new ProcessMemory(child.tid);
    this.#before = changeable(areasOf(child.tid));
    this.#filled = new Set(saved.areas.filter((area) => saved.pages.some((piece) => overlap(area, rangeOf(piece)))));
    this.#environment = readFileSync(`/proc/${child.tid}/environ`);
  }

  /** @param pages a descriptor of this process. @throws HostError `system-call` */
  async restore(pages: number, files: readonly number[]): Promise<FrozenProcess> {
    const { descriptors, main, others } = this.#saved;
    try {
      this.#makeRoom();
      this.#share(this.#child.sharedArea(), RSEQ_FLAG_UNREGISTER);
      giveDescriptors(this.#child, this.#memory, descriptors, files);
      this.#moveKernelAreas();
      this.#mapAreas();
      this.#child = StoppedThread.ofCopy(this.#child.tid, savedThread(main));
      await this.#fillPages(pages);
      this.#limitRights();
      this.#dropOldAreas();
      this.#setSignalActions();
      this.#share(this.#saved.shared, 0);
      this.#setNameAndLayout();
      return FrozenProcess.restored(
        this.#child,
        others.map((one) => ({ original: savedThread(one), clearedAtEnd: BigInt(one.clearedAtEnd) })),
      );
    } finally {
      this.#memory.close();
    }
  }

  #makeRoom(): void {
    const room = { from: ROOM_AT, to: ROOM_AT + roomFor(this.#environment), offset: 0 };
    this.#map(room, PROT_READ_WRITE, MAP.private | MAP.anonymous, -1);
  }

  /** Registers what a thread shares with the kernel, or the opposite. */
  #share(area: SharedArea | undefined, flags: number): void {
    if (area !== undefined) this.#child.call(CALLS.rseq, area.address, area.bytes, flags, area.signature);
  }

  /** Their contents are the kernel's, of today. */
  #moveKernelAreas(): void {
    for (const { name, from, to } of this.#saved.areas.filter(isKernels)) {
      const its = this.#before.find((area) => area.name === name);
      if (its?.to !== undefined && its.to - its.from === to - from)
        this.#child.call(CALLS.mremap, its.from, to - from, to - from, MREMAP_MAYMOVE_FIXED, from);
      else throw new HostError('system-call', `${name} is not what it was`);
    }
  }

  #mapAreas(): void {
    const opened = new Map<string, number>();
    for (const area of this.#ordinary()) {
      const fd = isPath(area.name) ? (opened.get(area.name) ?? this.#open(bytesOfPath(area.name))) : -1;
      if (fd >= 0) opened.set(area.name, fd);
      this.#map(area, this.#firstRights(area), kindOf(area), fd);
      const advice = area.flags.includes('hg') ? MADV.hugePages : MADV.noHugePages;
      if (area.flags.includes('hg') || area.flags.includes('nh'))
        this.#child.call(CALLS.madvise, area.from, area.to - area.from, advice);
    }
    for (const fd of opened.values()) this.#child.call(CALLS.close, fd);
  }

  async #fillPages(pages: number): Promise<void> {
    const read = (into: Uint8Array): void => {
      if (readSync(pages, into) !== into.length) throw new HostError('system-call', 'the pages of a process are gone');
    };
    for (const _ of writePages(this.#child.tid, this.#saved.pages, read)) await turnOfOthers();
  }

  #limitRights(): void {
    for (const area of this.#ordinary())
      if (this.#firstRights(area) !== rightsOf(area))
        this.#child.call(CALLS.mprotect, area.from, area.to - area.from, rightsOf(area));
  }

  #dropOldAreas(): void {
    for (const { name, from, to } of this.#before)
      if (!KERNEL_AREA.test(name)) this.#child.call(CALLS.munmap, from, to - from);
  }

  #setSignalActions(): void {
    const actions = fromText(this.#saved.signalActions);
    this.#memory.write(ROOM_AT, actions);
    for (let signal = 1; signal <= actions.length / SIGNAL_ACTION_BYTES; signal++) {
      const action = ROOM_AT + (signal - 1) * SIGNAL_ACTION_BYTES;
      if (signal !== SIGKILL && signal !== SIGSTOP)
        this.#child.call(CALLS.rt_sigaction, signal, action, 0, SIGNAL_SET_BYTES);
    }
  }

  #setNameAndLayout(): void {
    this.#memory.write(ROOM_AT, zeroTerminated(this.#saved.name));
    this.#child.call(CALLS.prctl, PR_SET_NAME, ROOM_AT);
    const environment = [ROOM_AT + ROOM_BYTES, ROOM_AT + ROOM_BYTES + this.#environment.length] as const;
    this.#memory.write(environment[0], this.#environment);
    setLayout(this.#child, this.#memory, { ...this.#saved.layout, environment }, ROOM_AT);
  }

  #ordinary(): readonly DescribedArea[] {
    return this.#saved.areas.filter((area) => !isKernels(area));
  }

  /** What it needs until its pages are there. */
  #firstRights(area: DescribedArea): number {
    return this.#filled.has(area) ? rightsOf(area) | PROT_READ_WRITE : rightsOf(area);
  }

  #open(path: Uint8Array): number {
    this.#memory.write(ROOM_AT, Buffer.concat([path, new Uint8Array(1)]));
    return this.#child.call(CALLS.openat, AT_FDCWD, ROOM_AT, O_RDONLY, 0);
  }

  /** @param fd a descriptor of its own, or -1 */
  #map({ from, to, offset }: Range & { readonly offset: number }, rights: number, kind: number, fd: number): void {
    const at = this.#child.call(CALLS.mmap, from, to - from, rights, kind | MAP.fixedNoReplace, fd, offset);
    if (at !== from) throw new HostError('system-call', 'mmap: not where it should be (Linux before 4.17)');
  }
}

function rangeOf({ from, pages }: Piece): Range {
  return { from, to: from + pages * PAGE_BYTES };
}

function isKernels({ name }: Area): boolean {
  return KERNEL_AREA.test(name);
}

function roomFor(environment: Uint8Array): number {
  return ROOM_BYTES + Math.ceil(environment.length / PAGE_BYTES) * PAGE_BYTES;
}

function rightsOf({ rights }: DescribedArea): number {
  return Object.entries(PROT).reduce((sum, [letter, value]) => (rights.includes(letter) ? sum | value : sum), 0);
}

/** Flags of mmap(2). */
function kindOf({ name, rights, flags }: DescribedArea): number {
  if (!rights.endsWith('p')) return MAP.shared;
  const ofFile = isPath(name) ? 0 : MAP.anonymous;
  const grows = flags.includes('gd') ? MAP.growsDown : 0;
  return MAP.private | ofFile | grows | (flags.includes('nr') ? MAP.noReserve : 0);
}
