/** The uncompressed kernel, an ELF image: whether it is whole, which release, how it can be entered, what it tells. */
import { gunzipSync } from 'node:zlib';
import { type Bytes, find, textAt } from './bytes';
import { type Elf, readElf } from './elf';
import { KernelError } from './problem';

/** A note of this type and owner holds the entry for PVH, by which QEMU starts an ELF image. */
const NOTE_SEGMENT = 4;
const PVH_ENTRY = 18;
const PVH_OWNER = 'Xen\0';

const BANNER = 'Linux version ';

/** What CONFIG_IKCONFIG leaves in the image, around a gzip stream. */
const CONFIG_START = 'IKCFG_ST';
const CONFIG_END = 'IKCFG_ED';

export interface Vmlinux {
  /** `uname -r` */
  readonly release: string;
  readonly hasPvhEntry: boolean;
  /** The text of the configuration, where the image holds it. */
  readonly config: string | undefined;
}

/** @param what names the image, for an error @throws KernelError when it is no whole kernel for x86-64 */
export function readVmlinux(bytes: Bytes, what: string): Vmlinux {
  const elf = wholeElf(readElf(bytes), what);
  if (elf.type === 'relocatable')
    throw new KernelError(`${what} is an object file or a module`, 'modules go with --modules DIR');
  const release = findRelease(bytes);
  if (release === undefined) throw new KernelError(`${what} is a program, but not a Linux kernel`);
  return { release, hasPvhEntry: hasPvhEntry(bytes, elf), config: findConfig(bytes) };
}

type WholeElf = Extract<Elf, { kind: 'elf' }>;

function wholeElf(elf: Elf, what: string): WholeElf {
  switch (elf.kind) {
    case 'elf':
      return elf;
    case 'none':
      throw new KernelError(`${what} is no ELF image`);
    case 'foreign':
      throw new KernelError(`${what} is for ${elf.machine}`, 'a kernel for x86-64 is wanted');
    case 'truncated':
      throw truncated(what, elf);
  }
}

export function truncated(what: string, { has, wants }: { readonly has: number; readonly wants: number }): KernelError {
  return new KernelError(`${what} is truncated: it has ${has} bytes of ${wants}`, 'copy, fetch or build it again');
}

/** The words behind `Linux version ` in the banner that the kernel prints first. */
function findRelease(bytes: Bytes): string | undefined {
  for (let at = find(bytes, BANNER); at !== undefined; at = find(bytes, BANNER, at + 1)) {
    const release = /^Linux version (\d+\.\d+\S*) /.exec(textAt(bytes, at))?.[1];
    if (release !== undefined) return release;
  }
  return undefined;
}

function hasPvhEntry(bytes: Bytes, { segments }: WholeElf): boolean {
  return segments
    .filter(({ type }) => type === NOTE_SEGMENT)
    .some(({ offset, length }) => noteTypes(bytes.read(offset, length), PVH_OWNER).includes(PVH_ENTRY));
}

/** The types of the owner's notes. */
function noteTypes(notes: Buffer, owner: string): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + 12 <= notes.length; ) {
    const [nameBytes, descriptionBytes] = [notes.readUInt32LE(at), notes.readUInt32LE(at + 4)];
    if (notes.toString('latin1', at + 12, at + 12 + nameBytes) === owner) types.push(notes.readUInt32LE(at + 8));
    at += 12 + padded(nameBytes) + padded(descriptionBytes);
  }
  return types;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function findConfig(bytes: Bytes): string | undefined {
  const start = find(bytes, CONFIG_START);
  const end = start === undefined ? undefined : find(bytes, CONFIG_END, start);
  if (start === undefined || end === undefined) return undefined;
  const from = start + CONFIG_START.length;
  try {
    return gunzipSync(bytes.read(from, end - from)).toString('latin1');
  } catch {
    // Words that happen to stand there.
    return undefined;
  }
}
