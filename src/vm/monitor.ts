/** What the monitor of a guest is asked for. */
import type { Qmp } from './qmp';

/*
 * The command was made for Xen, which keeps the memory of its guests itself; here it is a file already. QEMU's migration
 * does the same in a thread of its own, which looks at clocks that a machine in virtual time does not have.
 */

/** Writes the state of a stopped machine, without its memory, into a file. @throws QmpError */
export async function saveState(qmp: Qmp, path: string): Promise<void> {
  await qmp.command('xen-save-devices-state', { filename: path, live: false });
}
