/** What the monitor of a guest is asked for: writing its state down, and going on from there. */
import type { Qmp } from './qmp';
import { QmpError } from './qmp';

/** `x-ignore-shared`: memory that is a shared file need not be written down, it is there already. */
const CAPABILITIES = ['x-ignore-shared', 'events'];

/**
 * Has the state of a stopped machine, without its memory, written to a descriptor that QEMU has.
 * @param doneFd gets a line when all is written: QEMU thinks so when a command has it in a pipe
 * @throws QmpError
 */
export async function saveState(qmp: Qmp, fd: number, doneFd: number): Promise<void> {
  await setCapabilities(qmp);
  // Descriptors that QEMU was started with have no name for `fd:` here, and newer ones close them in children.
  const uri = `exec:cat > /proc/$PPID/fd/${fd} && echo done > /proc/$PPID/fd/${doneFd}`;
  await Promise.all([migrationEnd(qmp), qmp.command('migrate', { uri })]);
}

/** Takes the state from a descriptor, and lets the machine go on. @throws QmpError */
export async function restoreState(qmp: Qmp, fd: number): Promise<void> {
  await qmp.greet();
  await setCapabilities(qmp);
  await Promise.all([migrationEnd(qmp), qmp.command('migrate-incoming', { uri: `fd:${fd}` })]);
  await qmp.command('cont');
}

async function setCapabilities(qmp: Qmp): Promise<void> {
  const capabilities = CAPABILITIES.map((capability) => ({ capability, state: true }));
  await qmp.command('migrate-set-capabilities', { capabilities });
}

async function migrationEnd(qmp: Qmp): Promise<void> {
  const { status } = await qmp.event(
    'MIGRATION',
    (data) => data['status'] === 'completed' || data['status'] === 'failed',
  );
  if (status !== 'failed') return;
  const why = (await qmp.command('query-migrate')) as { readonly 'error-desc'?: string };
  throw new QmpError(`the state could not be written or read: ${why['error-desc'] ?? 'no reason given'}`, false);
}
