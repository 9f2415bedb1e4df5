/** A kernel module: unpacked, and what its `.modinfo` section says. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { bytesOf } from './bytes';
import { packingOf, unpack } from './compression';
import { readElf } from './elf';
import { KernelError } from './problem';

/** A module's file: `tun.ko`, and packed `tun.ko.xz`. */
const FILE = /^(?<name>.+)\.ko(?:\.(?:xz|zst|gz))?$/;

const SIGNATURE_MARK = Buffer.from('~Module signature appended~\n');
const SIGNATURE_INFORMATION_BYTES = 12;
/** Sections: of a module, and of what it takes from the kernel. */
const TYPES: readonly string[] = ['.BTF', '.BTF.base'];

export interface KernelModule {
  readonly name: string;
  /** The object file, unpacked. */
  readonly object: Buffer;
  /** Modules that must be loaded before. */
  readonly depends: readonly string[];
  /** `uname -r` of the kernel that it was built for. */
  readonly release: string;
}

/** The name of the module in a file, by the name of the file; `undefined` when it is none. */
export function moduleName(path: string): string | undefined {
  const name = FILE.exec(basename(path))?.groups?.['name'];
  return name === undefined ? undefined : normalName(name);
}

/** The kernel takes `-` for `_`. */
export function normalName(name: string): string {
  return name.replaceAll('-', '_');
}

/** @throws KernelError when it is no module for x86-64, or not all of it */
export function readModule(path: string): KernelModule {
  const file = readFileSync(path);
  const object = packingOf(file) === undefined ? file : unpack(file, path);
  const info = modinfo(object, path);
  const depends = (info.get('depends') ?? '').split(',').filter(Boolean).map(normalName);
  const release = (info.get('vermagic') ?? '').split(' ')[0] ?? '';
  return { name: moduleName(path) ?? normalName(basename(path)), object, depends, release };
}

/**
 * A module without its signature, which stands behind the object (`struct module_signature`,
 * include/linux/module_signature.h). To check one takes 30 ms in an emulated guest, as long as all of the rest.
 */
export function withoutSignature(object: Buffer): Buffer {
  const information = object.length - SIGNATURE_MARK.length - SIGNATURE_INFORMATION_BYTES;
  if (information < 0 || !object.subarray(-SIGNATURE_MARK.length).equals(SIGNATURE_MARK)) return object;
  const [signerBytes = 0, keyBytes = 0] = object.subarray(information + 3);
  const signatureBytes = object.readUInt32BE(information + 8);
  const end = information - signerBytes - keyBytes - signatureBytes;
  return end > 0 ? object.subarray(0, end) : object;
}

/**
 * A module without the types of its data (BTF), which are there for programs of BPF: the kernel checks them when it loads it, and that is half of what loading
 * takes. To the kernel they are a section that is not there (`SHT_NULL`).
 */
export function withoutTypes(object: Buffer): Buffer {
  const elf = readElf(bytesOf(object));
  if (elf.kind !== 'elf') return object;
  const bare = Buffer.from(object);
  for (const { name, header } of elf.sections)
    if (TYPES.includes(name)) bare.fill(0, header.offset, header.offset + header.length);
  return bare;
}

function modinfo(object: Buffer, path: string): ReadonlyMap<string, string> {
  const elf = readElf(bytesOf(object));
  if (elf.kind === 'foreign') throw new KernelError(`${path} is for ${elf.machine}`, 'modules for x86-64 are wanted');
  if (elf.kind === 'truncated') throw new KernelError(`${path} is truncated: ${elf.has} bytes of ${elf.wants}`);
  const section = elf.kind === 'elf' ? elf.sections.find(({ name }) => name === '.modinfo') : undefined;
  if (section === undefined) throw new KernelError(`${path} is no kernel module`);
  const text = object.toString('latin1', section.offset, section.offset + section.length);
  const pairs = text.split('\0').map((line) => line.split('='));
  return new Map(pairs.map(([key = '', ...value]) => [key, value.join('=')]));
}
