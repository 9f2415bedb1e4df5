/** An image file of whatever kind: what it is, or why it cannot be booted, in the words of its own kind. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, bytesOf, withFile } from './bytes';
import { type BzImage, readBzImage, unpackBzImage } from './bzimage';
import { packingOf } from './compression';
import { KernelError } from './problem';
import { readVmlinux, truncated, type Vmlinux } from './vmlinux';

const MAGIC_BYTES = 64;

/** How a build of the kernel names what can be booted, from the top of its tree. */
const BUILT_IMAGES = ['arch/x86/boot/bzImage', 'vmlinux'];

/** A kernel for x86-64 that is whole. */
export interface KernelImage {
  readonly release: string;
  readonly config: string | undefined;
  readonly form:
    | { readonly kind: 'vmlinux' }
    /** With what it holds; `undefined` when QEMU could not enter that, so that the bzImage must be booted as it is. */
    | { readonly kind: 'bzImage'; readonly vmlinux: Buffer | undefined };
}

/** `uname -r` of an image, without unpacking it where its header says so. @throws KernelError */
export function readRelease(path: string): string {
  requireFile(path);
  const release = withFile(path, (bytes) => {
    const bzImage = readBzImage(bytes);
    return bzImage.kind === 'bzImage' ? bzImage.release : '';
  });
  return release === '' ? readImage(path).release : release;
}

/** @throws KernelError */
export function readImage(path: string): KernelImage {
  requireFile(path);
  return withFile(path, (bytes) => {
    const begin = bytes.read(0, MAGIC_BYTES);
    if (begin.toString('latin1', 0, 4) === '\u007fELF') return fromVmlinux(readVmlinux(bytes, path), path);
    const bzImage = readBzImage(bytes);
    switch (bzImage.kind) {
      case 'bzImage':
        return fromBzImage(bytes, bzImage, path);
      case 'truncated':
        throw truncated(path, bzImage);
      case 'refused':
        throw new KernelError(`${path} ${bzImage.reason}`);
      case 'none':
        throw notAKernel(begin, path);
    }
  });
}

function requireFile(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new KernelError(`${path}: no such file`, 'a kernel is a bzImage or a vmlinux');
  if (stat.isDirectory()) {
    const built = BUILT_IMAGES.map((name) => join(path, name)).find((image) => existsSync(image));
    throw new KernelError(
      `${path} is a folder`,
      built === undefined ? 'a kernel is a bzImage or a vmlinux' : `did you mean ${built}?`,
    );
  }
  if (!stat.isFile()) throw new KernelError(`${path} is no regular file`);
  if (stat.size === 0) throw new KernelError(`${path} is empty`);
}

function fromVmlinux({ release, config, hasPvhEntry }: Vmlinux, path: string): KernelImage {
  if (!hasPvhEntry)
    throw new KernelError(
      `${path} has no PVH entry, by which it could be started`,
      'give the bzImage of the same build, or build with CONFIG_PVH=y',
    );
  return { release, config, form: { kind: 'vmlinux' } };
}

function fromBzImage(bytes: Bytes, bzImage: Extract<BzImage, { kind: 'bzImage' }>, path: string): KernelImage {
  const vmlinux = unpackBzImage(bytes, bzImage.payload, path);
  const { release, config, hasPvhEntry } = readVmlinux(bytesOf(vmlinux), `the payload of ${path}`);
  return { release, config, form: { kind: 'bzImage', vmlinux: hasPvhEntry ? vmlinux : undefined } };
}

/** What it is instead. */
function notAKernel(begin: Buffer, path: string): KernelError {
  const wanted = 'a bzImage or a vmlinux for x86-64 is wanted';
  const packing = packingOf(begin);
  if (packing !== undefined)
    return new KernelError(`${path} is a file packed with ${packing}, but not a bzImage`, `unpack it first; ${wanted}`);
  if (begin.toString('latin1', 56, 60) === 'ARMd') return new KernelError(`${path} is an Image for arm64`, wanted);
  if (begin.toString('latin1', 48, 53) === 'RISCV') return new KernelError(`${path} is an Image for riscv`, wanted);
  if (begin.toString('latin1', 4, 8) === 'zimg')
    return new KernelError(`${path} is a vmlinuz.efi, which x86 does not have`, wanted);
  if (begin.toString('hex', 0, 4) === '27051956') return new KernelError(`${path} is a uImage of U-Boot's`, wanted);
  if (begin.toString('latin1', 0, 7) === '!<arch>')
    return new KernelError(`${path} is a package or an archive`, `unpack it first, with dpkg-deb -x; ${wanted}`);
  return new KernelError(`${path} is no Linux kernel`, wanted);
}
