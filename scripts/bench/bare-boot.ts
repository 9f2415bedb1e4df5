/** The floor of a boot: the same kernel in the same QEMU, whose first program is the last. */
import { writeCpio } from '../../src/vm/cpio';
import { INIT_PATHS } from '../../src/vm/guest-abi';
import { HandedFile } from '../../src/vm/handed-file';
import { initProgram } from '../../src/vm/init-program';
import { BOOT_LIMIT } from '../../src/vm/snapshot';
import type { BootableKernel } from '../../src/vm/vm';
import { bootGuest } from './booted-guest';

const MODE = 0o755;

/** Seconds from the start of QEMU to its end. */
export async function bareBoot(kernel: BootableKernel): Promise<number> {
  const { end, wallS, text } = await bootGuest(kernel, HandedFile.holding(...bareArchive()), BOOT_LIMIT);
  // Without its first program a kernel panics, and QEMU ends with that.
  if (end.kind !== 'exited' || !text.includes('Attempted to kill init'))
    throw new Error(`a bare boot came to another end: ${end.kind}\n${text.slice(-1000)}`);
  return wallS;
}

/** With a first program that turns into one which is not there, and ends. */
function bareArchive(): readonly Uint8Array[] {
  const content = initProgram({ path: '/none', args: ['/none'], environment: [] });
  return writeCpio([{ kind: 'file', path: INIT_PATHS.boot, mode: MODE, modifiedAt: 0, content }]);
}
