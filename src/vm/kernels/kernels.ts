/** Names and paths of kernels -> kernels that can be booted, fetched and unpacked where that is needed. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listNames, nearestName } from '../../spec/suggest';
import type { BootableKernel } from '../vm';
import { bootableKernel, cachedKernel, kernelCache, keyOf, ownKernel, storeOwnKernel } from './cache';
import { KERNEL_NAMES, KERNELS, type KernelEntry } from './catalogue';
import { fetchKernels } from './fetch';
import { readRelease } from './image';
import { findModules } from './module-tree';
import { prepareKernel } from './prepare';
import { attempt, type KernelProblem } from './problem';
import { withWorkFolder } from './work-folder';

export type OpenedKernel =
  | { readonly kind: 'kernel'; readonly kernel: BootableKernel }
  | { readonly kind: 'problems'; readonly problems: readonly KernelProblem[] };

export interface OpenSettings {
  readonly cache?: string;
  /** Told what takes long: a kernel that is not there yet is fetched. */
  readonly say: (text: string) => void;
}

/**
 * @param nameOrPath a name out of the catalogue, or the path of a bzImage or a vmlinux
 * @param modulesFolder the modules of an image that is given by its path; otherwise they are looked for beside it
 */
export function openKernel(
  nameOrPath: string,
  modulesFolder: string | undefined,
  settings: OpenSettings,
): OpenedKernel {
  const opened = attempt(() => open(nameOrPath, modulesFolder, settings));
  return opened.kind === 'done' ? opened.value : problems(opened.problem);
}

function open(nameOrPath: string, modulesFolder: string | undefined, settings: OpenSettings): OpenedKernel {
  const cache = settings.cache ?? kernelCache();
  const entry = KERNELS.find(({ name }) => name === nameOrPath);
  if (entry !== undefined) return openNamed(entry, cache, settings.say);
  if (!nameOrPath.includes('/') && !existsSync(nameOrPath)) return problems(unknownName(nameOrPath));
  return openOwn(nameOrPath, modulesFolder, cache);
}

/** What to say of a name that is neither in the catalogue nor a file. */
export function unknownName(name: string): KernelProblem {
  const nearest = nearestName(name, KERNEL_NAMES);
  const guess = nearest === undefined ? '' : `did you mean \`${nearest}\`? `;
  return {
    message: `there is no kernel \`${name}\`, and no file of that name`,
    hint: `${guess}Known are ${listNames(KERNEL_NAMES, 'and')}; a kernel of your own is given by its path`,
  };
}

function problems(...list: readonly KernelProblem[]): OpenedKernel {
  return { kind: 'problems', problems: list };
}

/** Whether it is a name out of the catalogue: such a kernel has modules of its own. */
export function isKernelName(nameOrPath: string): boolean {
  return KERNEL_NAMES.includes(nameOrPath);
}

function openNamed(entry: KernelEntry, cache: string, say: OpenSettings['say']): OpenedKernel {
  const { name } = entry;
  const cached = cachedKernel(cache, name);
  if (cached !== undefined) return { kind: 'kernel', kernel: bootableKernel(name, cached) };
  say(`the kernel ${name} is not here yet, it is fetched once`);
  const [result] = fetchKernels([entry], { cache, say });
  if (result === undefined || result.kind === 'refused') return problems(...(result?.problems ?? []));
  return { kind: 'kernel', kernel: bootableKernel(name, result.kernel) };
}

/** Unpacks the user's image and modules, unless that was done since they last changed. @throws KernelError */
function openOwn(path: string, modulesFolder: string | undefined, cache: string): OpenedKernel {
  const key = keyOf(fingerprint(path, modulesFolder));
  const known = ownKernel(cache, key);
  if (known !== undefined) return { kind: 'kernel', kernel: bootableKernel(path, known) };
  return withWorkFolder(cache, (work) => {
    const prepared = join(work, 'prepared');
    const preparation = { imagePath: path, modulesFolder, from: resolve(path), isCopied: false };
    const missing = prepareKernel(prepared, preparation);
    if (missing.length > 0) return problems(...missing);
    return { kind: 'kernel', kernel: bootableKernel(path, storeOwnKernel(cache, key, prepared)) };
  });
}

/** All files that matter, and when they last changed. */
function fingerprint(path: string, modulesFolder: string | undefined): readonly string[] {
  const { files } = findModules(path, readRelease(path), modulesFolder);
  return [realpathSync(path), ...[...files.values()].flat()].map((file) => {
    const { size, mtimeMs } = statSync(file);
    return `${file} ${size} ${mtimeMs}`;
  });
}
