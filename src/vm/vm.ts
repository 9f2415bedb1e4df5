/**
 * Other kernels than this machine's: fetched, booted under QEMU with the harness inside, and driven like an executor.
 *
 * A guest takes timelines and gives traces; nothing above this folder can tell that from a process of this machine.
 * Deliberately absent: parsing, judging, and which specs there are.
 */

/** A kernel that can be booted: everything it needs lies on this machine, decompressed. */
export interface BootableKernel {
  /** What the user calls it: `6.12`, or the path of an image. */
  readonly name: string;
  /** `uname -r` of it. */
  readonly release: string;
  /** The uncompressed ELF image (`vmlinux`, with a PVH entry) where it could be had, else the `bzImage`. */
  readonly imagePath: string;
  /** Module files (`.ko`), decompressed, in the order in which they must be loaded. */
  readonly modules: readonly string[];
  /** Whether it takes modules without a signature; these have none then. */
  readonly takesUnsigned: boolean;
}
