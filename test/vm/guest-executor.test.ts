/** Live: guests of a real kernel. They cost seconds each, so one cache is made here and used by all. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../src/base/assert';
import { warmUpTimeline } from '../../src/exec/warm-up';
import type { Outcome } from '../../src/suite/executor';
import type { Timeline } from '../../src/timeline/timeline';
import { writeTrace } from '../../src/trace/jsonl';
import { judge } from '../../src/verify/judge';
import { GuestExecutor, type GuestSettings } from '../../src/vm/guest-executor';
import { openKernel } from '../../src/vm/kernels/kernels';
import type { BootableKernel } from '../../src/vm/vm';
import { awaitNoProcess, markedEnvironment, markedProcesses } from '../support/leftovers';
import { ROOT } from '../support/live';

const KERNEL = '6.12';
const LIMIT_MS = 900_000;

let opened: BootableKernel | undefined;
const kernel = (): BootableKernel => present(opened, 'the kernel');
const start = (settings: Partial<GuestSettings> = {}) =>
  new GuestExecutor({ kernel: kernel(), root: ROOT, time: 'virtual', snapshot: true, ...settings });
const run = (settings?: Partial<GuestSettings>, timeline: Timeline = warmUpTimeline('ipv4')) =>
  start(settings).run(timeline);

/** A script whose init command is this. */
function scriptWith(init: string): NonNullable<Timeline['script']> {
  return {
    init: { text: init, place: { line: 1, column: 1, text: '' } },
    scaledEchoes: false,
    toleratesPackets: false,
    interpreter: 'python3',
    needsInterpreter: false,
    gated: false,
  };
}

/** What was found, without when. */
function checksOf(outcome: Outcome): readonly unknown[] {
  if (outcome.kind !== 'trace') throw new Error(JSON.stringify(outcome));
  const { status, checks } = judge(outcome.trace);
  return [status, ...checks.map(({ title, passed }) => ({ title, passed }))];
}

function traceText(outcome: Outcome): string {
  if (outcome.kind !== 'trace') throw new Error(JSON.stringify(outcome));
  return writeTrace(outcome.trace);
}

describe('runs in guests', { timeout: LIMIT_MS }, () => {
  let cache = '';
  const before = process.env['XDG_CACHE_HOME'];

  beforeAll(() => {
    // Out of the user's own cache, into which it is fetched if need be.
    const found = openKernel(KERNEL, undefined, { say: (text) => process.stderr.write(`${text}\n`) });
    if (found.kind === 'problems') throw new Error(found.problems.map(({ message }) => message).join('; '));
    opened = found.kernel;
    cache = mkdtempSync(join(tmpdir(), 'packetspec-guests-'));
    process.env['XDG_CACHE_HOME'] = cache;
  }, LIMIT_MS);
  afterAll(() => {
    if (before === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before;
    rmSync(cache, { recursive: true });
  });

  it('give the same trace each time, whatever ran before and beside them', async () => {
    const [first, beside] = await Promise.all([run(), run()]);
    await run({}, warmUpTimeline('ipv6'));
    const texts = [first, beside, await run()].map(traceText);
    expect(new Set(texts).size).toBe(1);
    if (first.kind !== 'trace') return;
    expect(judge(first.trace).checks.filter(({ mismatches }) => mismatches.length > 0)).toEqual([]);
    expect(first.trace.environment).toMatchObject({ kernel: kernel().release, time: 'virtual', rootless: false });
  });

  it('leave nothing but one image and one snapshot', () => {
    const shelves = readdirSync(join(cache, 'packetspec')).sort();
    expect(shelves).toEqual(['images', 'snapshots']);
    expect(readdirSync(join(cache, 'packetspec/snapshots'))).toHaveLength(1);
  });

  it('run what a command names beside its spec', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'packetspec-beside-'));
    writeFileSync(join(folder, 'say.sh'), 'echo "said in $PWD"\n');
    const script = scriptWith('sh ./say.sh; false');
    const outcome = await run({}, { ...warmUpTimeline('ipv4'), folder, script });
    rmSync(folder, { recursive: true });
    expect(JSON.stringify(outcome)).toContain(`said in ${folder}`);
  });

  it('run commands in the folder of their spec, though it holds nothing that they name', async () => {
    const script = scriptWith('pwd; false');
    const outcome = await run({}, { ...warmUpTimeline('ipv4'), folder: '/somewhere/else', script });
    expect(JSON.stringify(outcome)).toContain('/somewhere/else');
  });

  it('run the interpreter in the folder of their spec, though it has no command', async () => {
    const { init: _, ...withoutInit } = scriptWith('');
    const script = { ...withoutInit, needsInterpreter: true };
    const outcome = await run({}, { ...warmUpTimeline('ipv4'), folder: '/somewhere/else', script });
    expect(outcome).toMatchObject({ kind: 'trace', trace: { end: { kind: 'finished' } } });
  });

  it('start from a snapshot that is made anew when it is damaged', async () => {
    const good = checksOf(await run());
    const [key = ''] = readdirSync(join(cache, 'packetspec/snapshots'));
    const state = join(cache, 'packetspec/snapshots', key, 'state');
    const { size } = statSync(state);
    truncateSync(state, 1000);
    expect(checksOf(await run())).toEqual(good);
    // Not the same to the nanosecond where the machine is busy: decision 0014, what is not exact.
    expect(statSync(state).size).toBe(size);
  });

  it('are errors with a reason for a kernel that lacks something', async () => {
    const { modules } = kernel();
    const without = (name: string) =>
      run({ kernel: { ...kernel(), modules: modules.filter((file) => !file.includes(name)) } });
    expect(await without('/tun.ko')).toMatchObject({ kind: 'trouble', trouble: { code: 'vm-kernel-unfit' } });
    expect(await without('/virtio_mmio.ko')).toMatchObject({
      kind: 'trouble',
      trouble: { code: 'vm-kernel-unfit', message: expect.stringContaining('virtio') },
    });
  });

  it('are errors with what QEMU said for what is no kernel', async () => {
    const imagePath = join(cache, 'no-kernel');
    writeFileSync(imagePath, Buffer.alloc(100_000));
    const outcome = await run({ kernel: { name: 'none', release: '0', imagePath, modules: [] } });
    expect(outcome).toMatchObject({
      kind: 'trouble',
      trouble: { code: 'vm-died', message: expect.stringContaining('kernel') },
    });
  });

  it('end with the process that wanted them, also when it is killed', async () => {
    const marker = `guest-${process.pid}`;
    const args = [join(ROOT, 'bin/packetspec.js'), 'run', '--kernel', KERNEL, join(ROOT, 'specs/accept-queue')];
    const env = { ...markedEnvironment(marker), XDG_CACHE_HOME: before ?? '' };
    const child = spawn(process.execPath, args, { env, stdio: 'ignore', cwd: tmpdir() });
    const isQemu = (pid: number) => existsSync(`/proc/${pid}/exe`) && pid !== child.pid;
    while (!markedProcesses(marker).some(isQemu)) await sleep(20);
    await sleep(500);
    child.kill('SIGKILL');
    expect(await awaitNoProcess(marker, 5_000)).toEqual([]);
  });
});
