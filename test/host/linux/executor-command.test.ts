import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { TCP_FLAG } from '../../../src/wire/wire';
import { bundleProgram, requireKernel, temporaryFolder, untilGone } from '../../support/live';

const NOBODY = 65534;

/** These tests run as root and make an ordinary user's process, in a mount namespace of its own. */
describe('an ordinary user', () => {
  let program: string;

  beforeAll(() => {
    requireKernel();
    program = bundleProgram('test/support/rootless-run.ts', 'rootless-run');
  });

  /** What the program prints, with a TUN device of these permissions; what stands before is done as root. */
  function asNobody(tunMode: string, mode: string): unknown {
    const device = `${temporaryFolder}/tun-${tunMode}-${mode}`;
    const script = [
      `mknod -m ${tunMode} ${device} c 10 200`,
      `mount --bind ${device} /dev/net/tun`,
      `exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups -- ${process.execPath} ${program} ${mode}`,
    ].join(' && ');
    mkdirSync(temporaryFolder, { recursive: true });
    const { stdout, stderr } = spawnSync('unshare', ['--mount', '--', 'sh', '-c', script], { encoding: 'utf8' });
    if (stdout === '') throw new Error(`the program printed nothing; ${stderr}`);
    return JSON.parse(stdout);
  }

  it('runs in a user namespace of its own', async () => {
    expect(asNobody('0666', 'probe')).toBe('fit');
    const { parent, child } = asNobody('0666', 'start') as { parent: number; child: Record<string, unknown> };
    expect(child).toEqual({
      rootless: true,
      scheduling: 'other',
      flags: [TCP_FLAG.SYN | TCP_FLAG.ACK],
      states: ['LISTEN', 'SYN_RECV'],
      accepted: 'EBADF',
      isInside: true,
      received: 1,
      // The tool that makes the namespace has become the executor.
      ppid: parent,
    });
    // What a command has left behind.
    expect(await untilGone('sleep 321098')).toEqual([]);
  });

  it('is told what to do about a TUN device that only root may open', () => {
    expect(asNobody('0600', 'probe')).toMatchObject({
      code: 'no-permission',
      message: '/dev/net/tun cannot be opened: EACCES',
      hint: expect.stringContaining('chmod 0666 /dev/net/tun'),
    });
  });
});
