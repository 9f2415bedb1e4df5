/** The kernels that have a name here, as data: which suite of Debian's has them, and in which packages. */
import entries from '../kernels.json';
import type { Archive } from './apt';

export interface KernelEntry {
  /** What the user calls it: the version of the series. */
  readonly name: string;
  readonly archive: Archive;
  readonly suite: string;
  /**
   * The packages that hold the image and the modules. `*` stands for what changes with a point release, and for the
   * same in each of them. From 6.19 on, `linux-image` is an empty shell around `linux-binary`, `linux-modules` and
   * `linux-base`, which says what is built in.
   */
  readonly packages: readonly string[];
}

export const KERNELS = entries as readonly KernelEntry[];

export const KERNEL_NAMES = KERNELS.map(({ name }) => name);

/**
 * The packages of the newest point release, one for each pattern; `undefined` when no release has them all.
 * @param names packages that there are
 */
export function newestPackages(patterns: readonly string[], names: readonly string[]): readonly string[] | undefined {
  const [newest] = releasesOf(patterns, names).sort((left, right) => compareVersions(right, left));
  return newest === undefined ? undefined : patterns.map((pattern) => pattern.replace('*', newest));
}

/** By number where there are numbers. */
export function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

/** What `*` stands for, where every pattern has a package. */
function releasesOf(patterns: readonly string[], names: readonly string[]): string[] {
  const [first = []] = patterns.map((pattern) => starsOf(pattern, names));
  const present = new Set(names);
  return first.filter((star) => patterns.every((pattern) => present.has(pattern.replace('*', star))));
}

function starsOf(pattern: string, names: readonly string[]): string[] {
  const [before = '', after = ''] = pattern.split('*');
  return (
    names
      .filter((name) => name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length)
      .map((name) => name.slice(before.length, name.length - after.length))
      // `*` is a number and what was built for: no other flavour, and no metapackage.
      .filter((star) => /^\d[^-]*$/.test(star))
  );
}
