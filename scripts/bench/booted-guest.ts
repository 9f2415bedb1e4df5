/** A guest that boots in virtual time and ends by itself, as the product would start it. */
import type { GuestEnd } from '../../src/vm/ending';
import { type Limit, startGuest } from '../../src/vm/guest-process';
import { HandedFile } from '../../src/vm/handed-file';
import { findQemu } from '../../src/vm/qemu-program';
import type { BootableKernel } from '../../src/vm/vm';

export interface BootedGuest {
  readonly end: GuestEnd;
  /** From the start of QEMU to its end. */
  readonly wallS: number;
  /** All that was on its console. */
  readonly text: string;
}

/** @param initrd is closed */
export async function bootGuest(kernel: BootableKernel, initrd: HandedFile, limit: Limit): Promise<BootedGuest> {
  const job = HandedFile.holding();
  const startMs = performance.now();
  const guest = startGuest(findQemu(), [initrd, job], ({ pathOf }) => ({
    time: 'virtual',
    accelerator: 'tcg',
    start: { kind: 'boot', boot: { kernel, initrd: pathOf(initrd), isTraced: false }, job: pathOf(job) },
  }));
  try {
    const end = await guest.until(limit);
    return { end, wallS: (performance.now() - startMs) / 1000, text: guest.consoleText() };
  } finally {
    await guest.close();
    initrd.close();
    job.close();
  }
}
