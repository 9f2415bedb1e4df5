/**
 * The kernel's tracefs, by a mount that stands in no directory: it is there on machines on which nobody has mounted it,
 * no one else sees it, and it vanishes with the process.
 */
import { HostError } from '../../host';
import { EPERM, FSCONFIG_CMD_CREATE, FSMOUNT_CLOEXEC, FSOPEN_CLOEXEC, SYSTEM_CALLS } from '../constants';
import { errnoName } from '../errno';
import { addressOf, libc } from '../libc';

let root: string | undefined;

/**
 * The path of its top folder, for this process alone.
 * @throws HostError `no-tracing`
 */
export function tracefs(): string {
  root ??= `/proc/self/fd/${mountDetached()}`;
  return root;
}

function mountDetached(): number {
  const type = Buffer.from('tracefs\0');
  const context = refuse('fsopen', libc.syscall(SYSTEM_CALLS.fsopen, addressOf(type), FSOPEN_CLOEXEC, 0, 0, 0, 0));
  try {
    refuse('fsconfig', libc.syscall(SYSTEM_CALLS.fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0, 0));
    return refuse('fsmount', libc.syscall(SYSTEM_CALLS.fsmount, context, FSMOUNT_CLOEXEC, 0, 0, 0, 0));
  } finally {
    libc.close(context);
  }
}

function refuse(what: string, result: number): number {
  if (result >= 0) return result;
  const hint = result === -EPERM ? 'it needs root outside of any user namespace' : 'the kernel needs CONFIG_TRACING';
  throw new HostError('no-tracing', `tracefs cannot be used: ${what}: ${errnoName(result)}`, hint);
}
