import { describe, expect, it } from 'vitest';
import type { Findings, UserNamespaces } from '../../../src/host/linux/probe';
import { explainFindings } from '../../../src/host/linux/probe';

const ROOT: Findings = { tun: 3, packetSocket: 4, userNamespaces: undefined };

const ALLOWED: UserNamespaces = {
  hasUnshare: true,
  error: '',
  unprivilegedUsernsClone: undefined,
  maxUserNamespaces: '1000',
  apparmorRestricts: undefined,
};

/** An ordinary user may not make packet sockets outside of a namespace of its own. */
function user(found: Partial<UserNamespaces>): Findings {
  return { ...ROOT, packetSocket: -1, userNamespaces: { ...ALLOWED, ...found } };
}

const REFUSED = 'unshare: unshare failed: Operation not permitted';

describe('what is in the way of runs', () => {
  it('is nothing for root, and for a user with user namespaces', () => {
    expect(explainFindings(ROOT)).toBeUndefined();
    expect(explainFindings(user({}))).toBeUndefined();
  });

  it.each<[string, Findings, string, string]>([
    ['no TUN driver', { ...ROOT, tun: -2 }, 'no-tun', 'modprobe tun'],
    ['a TUN driver that is not loaded', { ...ROOT, tun: -19 }, 'no-tun', 'modprobe tun'],
    ['a TUN device of root', { ...user({}), tun: -13 }, 'no-permission', 'chmod 0666 /dev/net/tun'],
    ['no packet sockets', { ...ROOT, packetSocket: -97 }, 'no-packet-socket', 'modprobe af_packet'],
    ['no unshare', user({ hasUnshare: false }), 'no-permission', 'install util-linux'],
    [
      'the switch of Debian',
      user({ error: REFUSED, unprivilegedUsernsClone: '0' }),
      'no-permission',
      'sysctl kernel.unprivileged_userns_clone=1',
    ],
    ['the limit', user({ error: REFUSED, maxUserNamespaces: '0' }), 'no-permission', 'sysctl user.max_user_namespaces'],
    [
      'AppArmor',
      user({ error: REFUSED, apparmorRestricts: '1' }),
      'no-permission',
      'sysctl kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    ['something else', user({ error: REFUSED }), 'no-permission', 'seccomp'],
  ])('is told: %s', (_, findings, code, hint) => {
    const trouble = explainFindings(findings);
    expect(trouble?.code).toBe(code);
    expect(trouble?.hint).toContain(hint);
  });
});
