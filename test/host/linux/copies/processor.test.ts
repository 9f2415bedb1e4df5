/** Live: a process that runs, kept where it is. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { present } from '../../../../src/base/assert';
import { stayWhereItIs } from '../../../../src/host/linux/copies/processor';

it('a thread may run on the processor that it is on, and on no other', () => {
  const child = spawn('sleep', ['10']);
  const pid = present(child.pid, 'the process');
  try {
    stayWhereItIs(pid);
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ');
    // proc_pid_stat(5) counts from 1, and the name `(sleep)` is one word.
    expect(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1]).toBe(stat[39 - 1]);
  } finally {
    child.kill('SIGKILL');
  }
});
