import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { endOf } from '../../../src/host/linux/wait-status';

/** The word that wait(2) gives, as Perl shows it. */
function wordOf(command: string): number {
  const script = 'system("sh", "-c", $ARGV[0]); print $?';
  return Number(spawnSync('perl', ['-e', script, command], { encoding: 'utf8' }).stdout);
}

describe('how a child ended', () => {
  it.each([0, 1, 7, 255])('with status %d', (status) => {
    expect(endOf(wordOf(`exit ${status}`))).toEqual({ status, signal: null });
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGABRT'])('by %s, with a dump of its memory or without', (signal) => {
    expect(endOf(wordOf(`kill -s ${signal.slice(3)} $$`))).toEqual({ status: null, signal });
  });
});
