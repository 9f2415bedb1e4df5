/** Whether this machine and this user can run anything at all; and if not, why, and what to do about it. */
import { spawnSync } from 'node:child_process';
import type { HostTrouble } from '../../trace/trace';
import type { HostErrorCode } from '../host';
import { AF_PACKET, EAFNOSUPPORT, O_CLOEXEC, O_RDWR, SOCK_CLOEXEC, SOCK_DGRAM } from './constants';
import { errnoName } from './errno';
import { libc } from './libc';
import { isOnPath } from './path';
import { mayOpenRuns, readText } from './rights';
import { explainOpenFailure, TUN_DEVICE } from './tun';

/** What was found on this machine; see `explainFindings`. */
export interface Findings {
  /** Result of opening the TUN device, or minus the errno. */
  readonly tun: number;
  /** Result of asking for a packet socket, or minus the errno. */
  readonly packetSocket: number;
  /** Only looked at when this process may not make private networks by itself. */
  readonly userNamespaces: UserNamespaces | undefined;
}

export interface UserNamespaces {
  readonly hasUnshare: boolean;
  /** Empty when a user namespace with a network of its own can be made; else what the attempt said. */
  readonly error: string;
  /** Values of the sysctls that forbid it; undefined where the kernel does not have them. */
  readonly unprivilegedUsernsClone: string | undefined;
  readonly maxUserNamespaces: string | undefined;
  readonly apparmorRestricts: string | undefined;
}

/**
 * Looks whether runs are possible, from this process or from an executor that `executorCommand` starts. Changes nothing.
 *
 * @returns why not; undefined when they are
 */
export function probeEnvironment(): HostTrouble | undefined {
  return explainFindings({
    tun: tryTun(),
    packetSocket: tryPacketSocket(),
    userNamespaces: mayOpenRuns() ? undefined : lookAtUserNamespaces(),
  });
}

/** The first thing that is in the way. */
export function explainFindings(findings: Findings): HostTrouble | undefined {
  const { tun, packetSocket, userNamespaces } = findings;
  return explainUserNamespaces(userNamespaces) ?? explainTun(tun) ?? explainPacketSocket(packetSocket);
}

function explainUserNamespaces(found: UserNamespaces | undefined): HostTrouble | undefined {
  if (found === undefined || (found.hasUnshare && found.error === '')) return undefined;
  const orRoot = (remedy: string) => `run as root, or ${remedy}`;
  const noPermission = (message: string, remedy: string) => trouble('no-permission', message, orRoot(remedy));
  if (!found.hasUnshare) {
    return noPermission('this user has no CAP_SYS_ADMIN, and there is no `unshare`', 'install util-linux');
  }
  if (found.unprivilegedUsernsClone === '0') {
    return noPermission(
      'this kernel keeps user namespaces from ordinary users (kernel.unprivileged_userns_clone = 0)',
      'as root once: sysctl kernel.unprivileged_userns_clone=1',
    );
  }
  if (found.maxUserNamespaces === '0') {
    return noPermission(
      'this kernel allows no user namespaces (user.max_user_namespaces = 0)',
      'as root once: sysctl user.max_user_namespaces=10000',
    );
  }
  if (found.apparmorRestricts === '1') {
    return noPermission(
      'AppArmor takes the rights from user namespaces (kernel.apparmor_restrict_unprivileged_userns = 1)',
      'as root once: sysctl kernel.apparmor_restrict_unprivileged_userns=0',
    );
  }
  return noPermission(
    `no user namespace with a network of its own can be made: ${found.error}`,
    'allow user namespaces; a container may forbid them by seccomp',
  );
}

function explainTun(result: number): HostTrouble | undefined {
  if (result >= 0) return undefined;
  const { code, hint } = explainOpenFailure(result);
  return trouble(code, `${TUN_DEVICE} cannot be opened: ${errnoName(result)}`, hint);
}

/** Lack of rights is no answer here: in its own namespace an executor has them. */
function explainPacketSocket(result: number): HostTrouble | undefined {
  if (result !== -EAFNOSUPPORT) return undefined;
  return trouble(
    'no-packet-socket',
    'this kernel has no packet sockets',
    'the kernel needs CONFIG_PACKET: as root, `modprobe af_packet`',
  );
}

function trouble(code: HostErrorCode, message: string, hint: string): HostTrouble {
  return { code, message, hint };
}

function tryTun(): number {
  const fd = libc.open(TUN_DEVICE, O_RDWR | O_CLOEXEC);
  if (fd >= 0) libc.close(fd);
  return fd;
}

function tryPacketSocket(): number {
  const fd = libc.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) libc.close(fd);
  return fd;
}

function lookAtUserNamespaces(): UserNamespaces {
  const hasUnshare = isOnPath('unshare');
  const attempt = hasUnshare
    ? spawnSync('unshare', ['--user', '--map-root-user', '--net', '--', 'true'], { encoding: 'utf8' })
    : undefined;
  const error = attempt === undefined || attempt.status === 0 ? '' : attempt.stderr.trim() || 'unshare failed';
  return {
    hasUnshare,
    error,
    unprivilegedUsernsClone: readText('/proc/sys/kernel/unprivileged_userns_clone')?.trim(),
    maxUserNamespaces: readText('/proc/sys/user/max_user_namespaces')?.trim(),
    apparmorRestricts: readText('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')?.trim(),
  };
}
