import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Orphans } from '../../../src/host/linux/orphans';
import { processesWith, untilGone } from '../../support/live';

/** A daemon: the shell has ended when this returns, and the daemon has a session of its own. */
function leaveRunning(command: string): void {
  spawnSync('/bin/sh', ['-c', `setsid ${command} > /dev/null 2>&1 < /dev/null &`]);
}

function children(): readonly number[] {
  return readFileSync('/proc/thread-self/children', 'latin1').trim().split(' ').filter(Boolean).map(Number);
}

/** Kills the children that were not there before. */
function killNew(before: readonly number[]): void {
  for (const pid of children()) if (!before.includes(pid)) process.kill(pid, 'SIGKILL');
}

describe('orphans', () => {
  it('are none when every command has ended with all that it started', () => {
    const orphans = new Orphans();
    spawnSync('/bin/sh', ['-c', 'sleep 0 | cat; (true)']);
    expect(orphans.mayBeThere).toBe(false);
  });

  it('are seen, whatever their session', async () => {
    const before = children();
    const orphans = new Orphans();
    leaveRunning('sleep 543211');
    expect(orphans.mayBeThere).toBe(true);
    // Those that were there before the run do not count.
    expect(new Orphans().mayBeThere).toBe(false);
    killNew(before);
    orphans.reap();
    expect(await untilGone('sleep 543211')).toEqual([]);
    expect(orphans.mayBeThere).toBe(false);
  });

  it('are cleared away when they have ended, and left alone when they have not', async () => {
    const before = children();
    const orphans = new Orphans();
    leaveRunning('sleep 0.01');
    leaveRunning('sleep 543212');
    await sleep(100);
    orphans.reap();
    expect(processesWith('sleep 543212')).toHaveLength(1);
    killNew(before);
    orphans.reap();
    expect(children()).toEqual(before);
  });
});
