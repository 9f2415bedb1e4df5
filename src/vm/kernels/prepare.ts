/** Makes a folder with all that a guest needs of a kernel: the image and its modules, unpacked. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { recordOf } from './cache';
import { type KernelImage, readImage } from './image';
import { loadOrder } from './load-order';
import { withoutSignature, withoutTypes } from './module';
import { findModules } from './module-tree';
import type { KernelProblem } from './problem';

export interface Preparation {
  readonly imagePath: string;
  /** Where its modules are; otherwise they are looked for beside the image. */
  readonly modulesFolder: string | undefined;
  /** Where it came from, for people. */
  readonly from: string;
  /** Whether the image itself is to be in the folder: it will not stay where it is. */
  readonly isCopied: boolean;
}

/** @returns what is missing; when nothing is, the folder is complete @throws KernelError */
export function prepareKernel(
  folder: string,
  { imagePath, modulesFolder, from, isCopied }: Preparation,
): readonly KernelProblem[] {
  const image = readImage(imagePath);
  const tree = findModules(imagePath, image.release, modulesFolder);
  const config = tree.config ?? image.config;
  const { modules, problems } = loadOrder({ ...tree, config }, image.release);
  if (problems.length > 0) return problems;
  mkdirSync(join(folder, 'modules'), { recursive: true });
  const takesUnsigned = mayBeUnsigned(config);
  for (const { name, object } of modules)
    writeFileSync(
      join(folder, 'modules', `${name}.ko`),
      takesUnsigned ? withoutTypes(withoutSignature(object)) : object,
    );
  const record = recordOf(folder, {
    release: image.release,
    image: placeImage(folder, image, resolve(imagePath), isCopied),
    modules: modules.map(({ name }) => name),
    takesUnsigned,
    from,
  });
  writeFileSync(record.file, record.text);
  return [];
}

/** Whether the kernel is known to take modules without a signature. */
function mayBeUnsigned(config: string | undefined): boolean {
  return (
    config !== undefined &&
    !/^CONFIG_(?:MODULE_SIG_FORCE|LOCK_DOWN_KERNEL_FORCE_(?:INTEGRITY|CONFIDENTIALITY))=y$/m.test(config)
  );
}

/** @returns its file in the folder, or its path */
function placeImage(folder: string, { form }: KernelImage, imagePath: string, isCopied: boolean): string {
  if (form.kind === 'bzImage' && form.vmlinux !== undefined) {
    writeFileSync(join(folder, 'vmlinux'), form.vmlinux);
    return 'vmlinux';
  }
  if (!isCopied) return imagePath;
  copyFileSync(imagePath, join(folder, form.kind));
  return form.kind;
}
