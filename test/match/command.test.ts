import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandFailure, missingHere } from '../../src/match/command';
import type { CommandOutcome } from '../../src/trace/trace';

/** What a real shell makes of a command. */
function shell(text: string): CommandOutcome {
  const { status, signal, stdout, stderr } = spawnSync('/bin/sh', ['-c', text], { encoding: 'utf8' });
  return {
    timedOut: false,
    output: stdout + stderr,
    ...(status === null ? {} : { status }),
    ...(signal === null ? {} : { signal }),
  };
}

describe('the end of a command', () => {
  it('with status 0 is no failure', () => {
    expect(commandFailure(shell('echo said; true'))).toBeUndefined();
    expect(missingHere(shell('true'))).toBeUndefined();
  });

  it('with another status, or by a signal, is one, and tells what was printed', () => {
    expect(commandFailure(shell('echo why; exit 3'))).toBe('the command ended with status 3; it printed: why');
    expect(commandFailure(shell('exit 3'))).toBe('the command ended with status 3, and printed nothing');
    expect(commandFailure(shell('kill -TERM $$'))).toContain('was ended by SIGTERM');
    expect(commandFailure({ timedOut: true, signal: 'SIGKILL', output: '' })).toContain('had not ended in time');
  });
});

describe('what this machine lacks', () => {
  it('is a command that the shell does not find', () => {
    expect(missingHere(shell('no-such-command-at-all -x'))).toContain('no-such-command-at-all');
  });

  it('is a queueing discipline, in the words of iproute2', () => {
    const output = 'Error: Specified qdisc kind is unknown.\n';
    expect(missingHere({ status: 2, timedOut: false, output })).toContain('Specified qdisc kind is unknown');
  });

  it('is a sysctl, or a value of one, in the words of procps', () => {
    expect(missingHere(shell('sysctl -q net.ipv4.no_such_thing=1'))).toContain(
      'a sysctl that this kernel does not have',
    );
    const output = 'sysctl: setting key "net.ipv4.tcp_ecn": Invalid argument\n';
    expect(missingHere({ status: 1, timedOut: false, output })).toContain('a value of a sysctl');
  });

  it('is a kind of device or of tunnel, in the words of iproute2', () => {
    const answer = (output: string): string | undefined => missingHere({ status: 2, timedOut: false, output });
    expect(answer('Error: Unknown device type.\n')).toContain('a kind of network device');
    expect(answer('Error: lwt encapsulation type not supported.\n')).toContain('a kind of tunnel or route');
    expect(answer('RTNETLINK answers: Operation not supported\n')).toContain('a kind of tunnel or route');
    expect(answer('RTNETLINK answers: File exists\n')).toBeUndefined();
  });

  it('is nothing when a command fails for another reason', () => {
    expect(missingHere(shell('false'))).toBeUndefined();
    expect(missingHere({ status: 0, timedOut: false, output: 'Specified qdisc not found' })).toBeUndefined();
  });
});
