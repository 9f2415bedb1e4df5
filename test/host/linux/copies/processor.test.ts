/** Live: processes that run, kept where they are. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { present } from '../../../../src/base/assert';
import { Workplace } from '../../../../src/host/linux/copies/processor';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(): number {
  const child = spawn('sleep', ['10']);
  children.push(child);
  return present(child.pid, 'the process');
}

function allowed(pid: number): string | undefined {
  return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
}

it('a copy works on the processor that it is on, and on no other', () => {
  const pid = start();
  const workplace = new Workplace(pid);
  workplace.take([pid]);
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ');
  // proc_pid_stat(5) counts from 1, and the name `(sleep)` is one word.
  expect(allowed(pid)).toBe(stat[39 - 1]);
  workplace.leave();
});

it('copies work on different processors, as far as there are any', () => {
  const places = Array.from({ length: availableParallelism() }, () => {
    const pid = start();
    const workplace = new Workplace(pid);
    workplace.take([pid]);
    return { pid, workplace };
  });
  expect(new Set(places.map(({ pid }) => allowed(pid))).size).toBe(availableParallelism());
  // Where one has left, the next goes.
  const [first] = places;
  const pid = start();
  present(first, 'a place').workplace.leave();
  const next = new Workplace(pid);
  next.take([pid]);
  expect(allowed(pid)).toBe(allowed(present(first, 'a place').pid));
  for (const workplace of [next, ...places.slice(1).map((place) => place.workplace)]) workplace.leave();
});
