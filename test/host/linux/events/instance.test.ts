/** Live: tracing instances of the real kernel. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { removeDeadInstances, TracingInstance } from '../../../../src/host/linux/events/instance';
import { tracefs } from '../../../../src/host/linux/events/tracefs';
import { requireKernel, ROOT } from '../../../support/live';

const names = (): readonly string[] => readdirSync(join(tracefs(), 'instances'));
const own = (): readonly string[] => names().filter((name) => name.startsWith(`packetspec-${process.pid}-`));
/** What a tracing instance could change of what others trace. */
const others = (): readonly string[] =>
  ['trace_clock', 'tracing_on', 'set_event', 'buffer_size_kb', 'current_tracer', 'events/enable'].map((name) =>
    readFileSync(join(tracefs(), name), 'utf8'),
  );

beforeAll(requireKernel);

describe('a tracing instance', () => {
  let instance: TracingInstance | undefined;
  afterEach(() => instance?.remove());

  it('is there until it is taken away, and changes nothing of the tracing of others', () => {
    const before = others();
    instance = new TracingInstance();
    instance.enable('skb/kfree_skb', 'protocol == 2048');
    expect(own()).toHaveLength(1);
    expect(others()).toEqual(before);
    instance.remove();
    instance = undefined;
    expect(own()).toEqual([]);
    expect(others()).toEqual(before);
  });

  it('knows this thread by the id that events have', () => {
    instance = new TracingInstance();
    // In the tests' own process namespace, which a plain `sh` shows as well.
    expect(instance.ownThread()).toBe(Number(readFileSync('/proc/self/stat', 'utf8').split(' ')[0]));
  });

  it('has no format of an event that the kernel does not have', () => {
    instance = new TracingInstance();
    expect(instance.format('tcp/tcp_of_the_future')).toBeUndefined();
    expect(instance.format('skb/kfree_skb')?.fields.has('skbaddr')).toBe(true);
  });

  it('of a process that lives stays, that of a dead one goes', () => {
    const dead = spawnSync('true').pid;
    const left = `packetspec-${dead}-1`;
    const stranger = `somebody-${dead}-1`;
    mkdirSync(join(tracefs(), 'instances', left));
    mkdirSync(join(tracefs(), 'instances', stranger));
    instance = new TracingInstance();
    try {
      expect(names()).not.toContain(left);
      expect(names()).toContain(stranger);
      removeDeadInstances();
      expect(own()).toHaveLength(1);
    } finally {
      rmdirSync(join(tracefs(), 'instances', stranger));
    }
  });

  it('is refused to a user without the right, with what to do about it', () => {
    const program = `
      require('ts-node/register/transpile-only');
      const { TracingInstance } = require('./src/host/linux/events/instance');
      try { new TracingInstance(); } catch (error) { console.log(error.code, error.message, error.hint); }
    `;
    const args = ['--user', '--map-root-user', '--net', process.execPath, '-e', program];
    const { stdout } = spawnSync('unshare', args, { cwd: ROOT, encoding: 'utf8' });
    expect(stdout).toMatch(/^no-tracing tracefs cannot be used: .*EPERM it needs root/);
  });
});
