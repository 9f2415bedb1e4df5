/** Live: a process of Python with threads that wait for each other, copied while it does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../../../src/base/assert';
import { HostError } from '../../../../src/host/host';
import { type CopyPlan, Original, type ProcessCopy } from '../../../../src/host/linux/copies/process-copies';
import { awaitNoProcess, describeProcess, markedEnvironment } from '../../../support/leftovers';
import { bundleProgram, refusal, temporaryFolder } from '../../../support/live';

const SOCKET = 3;
const MARK = randomBytes(16);
/**
 * Two threads that count what the first one is told to, by futexes; a child that wakes the wrong one would hang. A third is
 * one of C, which waits to end.
 */
const PROGRAM = `
import ctypes, os, select, socket, sys, threading
secret = ctypes.create_string_buffer(bytes.fromhex('${MARK.toString('hex')}'))
link = socket.socket(fileno=${SOCKET})
asked, done, asked_never = threading.Semaphore(0), threading.Semaphore(0), threading.Semaphore(0)
counts = [0, 0]
def count(which):
    while True:
        asked.acquire()
        counts[which] += 1
        done.release()
for which in (0, 1):
    threading.Thread(target=count, args=(which,), daemon=True).start()
c = ctypes.CDLL(None)
mayEnd, ending = ctypes.create_string_buffer(64), ctypes.c_ulong()
c.sem_init(mayEnd, 0, 0)
c.pthread_create(ctypes.byref(ending), None, c.sem_wait, mayEnd)
link.sendall(b'ready')
while True:
    order = link.recv(100)
    if not order or order == b'end':
        os._exit(7)
    if order == b'join':
        c.sem_post(mayEnd)
        c.pthread_join(ending, None)
        link.sendall(b'joined')
        continue
    if order == b'epoll':
        kept = select.epoll()
    if order == b'open':
        kept = os.dup(4)
    if order == b'thread':
        threading.Thread(target=asked_never.acquire, daemon=True).start()
    if order == b'grow':
        kept = [bytearray(3000) for _ in range(20000)] + [bytearray(50_000_000)]
    for _ in range(100):
        asked.release()
    for _ in range(100):
        done.acquire()
    os.write(4, b'%s: %d\\n' % (secret.value, sum(counts)))
    link.sendall(b'counted')
`;

let child: ChildProcess;
let link: Socket;
let original: Original;
let outputs: { readonly original: number; readonly copies: readonly number[] };

const path = (name: string) => join(temporaryFolder, name);
const textOf = (name: string) => readFileSync(path(name), 'latin1');

async function tell(socket: Socket, order: string): Promise<string> {
  socket.write(order);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

function planOf(index: number, secret: string): CopyPlan {
  return {
    files: [{ from: outputs.original, to: present(outputs.copies[index], 'the file') }],
    socket: SOCKET,
    patch: { address: original.find(MARK), bytes: Buffer.from(secret.padEnd(MARK.length, '\0')) },
  };
}

function copy(index: number, secret: string): { readonly copy: ProcessCopy; readonly link: Socket } {
  const made = original.copy(planOf(index, secret));
  return { copy: made, link: new Socket({ fd: made.socket }) };
}

async function begin(): Promise<void> {
  outputs = {
    original: openSync(path('original'), 'w'),
    copies: [0, 1].map((index) => openSync(path(`copy${index}`), 'w')),
  };
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe', outputs.original] as const;
  child = spawn('python3', ['-c', PROGRAM], { stdio: [...stdio] });
  link = child.stdio[SOCKET] as Socket;
  expect(String((await once(link, 'data'))[0])).toBe('ready');
  original = new Original(present(child.pid, 'the process'));
}

function finish(): void {
  original.close();
  child.kill('SIGKILL');
  for (const fd of [outputs.original, ...outputs.copies]) closeSync(fd);
}

describe('a copy of a process', () => {
  beforeEach(begin);
  afterEach(finish);

  it('goes on with all threads, its own files, its own socket and what was put into its memory', async () => {
    expect(await tell(link, 'go')).toBe('counted');
    const [first, second] = [copy(0, 'first'), copy(1, 'second')];
    expect(await Promise.all([tell(first.link, 'go'), tell(second.link, 'go')])).toEqual(['counted', 'counted']);
    expect(await tell(first.link, 'go')).toBe('counted');
    expect([textOf('copy0'), textOf('copy1')]).toEqual(['first: 200\nfirst: 300\n', 'second: 200\n']);
    for (const { link: its } of [first, second]) its.end('end');
    expect(await Promise.all([first.copy.end, second.copy.end])).toEqual([
      { status: 7, signal: null },
      { status: 7, signal: null },
    ]);
    // As if nothing had been.
    expect(await tell(link, 'go')).toBe('counted');
    expect(
      textOf('original')
        .split('\n')
        .map((line) => line.split(': ')[1]),
    ).toEqual(['100', '200', undefined]);
  });

  it('stays on one processor with all threads, and the original on none', () => {
    const {
      copy: { pid },
      link: its,
    } = copy(0, 'placed');
    its.on('error', () => undefined);
    const processorsOf = (of: number) =>
      readdirSync(`/proc/${of}/task`).map((tid) => {
        const status = readFileSync(`/proc/${of}/task/${tid}/status`, 'latin1');
        return /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1];
      });
    const [processor, ...others] = new Set(processorsOf(pid));
    expect(processor).toMatch(/^\d+$/);
    expect(others).toEqual([]);
    expect(new Set(processorsOf(present(child.pid, 'the process')))).toEqual(new Set(processorsOf(process.pid)));
    process.kill(pid, 'SIGKILL');
  });

  it('learns of the end of its threads (bug: QEMU 10 hung at its end, where it waits for one)', async () => {
    const { link: its } = copy(0, 'joining');
    expect(await tell(its, 'join')).toBe('joined');
    its.end('end');
    // The original's is still there.
    expect(await tell(link, 'join')).toBe('joined');
  });

  it('tells by which signal it was ended', async () => {
    const {
      copy: { pid, end },
      link: its,
    } = copy(0, 'killed');
    its.on('error', () => undefined);
    process.kill(pid, 'SIGKILL');
    expect(await end).toEqual({ status: null, signal: 'SIGKILL' });
    expect(describeProcess(pid)).toBe('');
  });

  it('is refused of a process that has ended, and leaves nothing', async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(() =>
      original.copy({ files: [], socket: SOCKET, patch: { address: 0, bytes: new Uint8Array() } }),
    ).toThrow();
  });

  it('is refused when it cannot be furnished, and the original goes on', async () => {
    const plan = { files: [], socket: SOCKET, patch: { address: 8, bytes: MARK } };
    expect(() => original.copy(plan)).toThrow();
    expect(await tell(link, 'go')).toBe('counted');
  });

  it('is refused of a process for which the kernel does something by itself', async () => {
    expect(await tell(link, 'epoll')).toBe('counted');
    const plan = { files: [], socket: SOCKET, patch: { address: 0, bytes: new Uint8Array() } };
    expect(refusal(() => original.copy(plan)).message).toContain('anon_inode:[eventpoll], which cannot be copied');
    expect(await tell(link, 'go')).toBe('counted');
  });

  it('is not found to keep what it does not keep', () => {
    const error = refusal(() => original.find(randomBytes(32)));
    expect(error).toBeInstanceOf(HostError);
    expect(error.message).toContain('does not keep');
  });
});

describe('a copy that is taken back', () => {
  beforeEach(begin);
  afterEach(finish);

  it('goes on as if it were another, again and again, while others go on beside it', async () => {
    const [taken, beside] = [copy(0, 'first'), copy(1, 'beside')];
    let its = taken.link;
    let secret = 'first';
    for (const order of ['go', 'grow', 'go']) {
      expect(await tell(its, order)).toBe('counted');
      expect(await tell(its, 'go')).toBe('counted');
      expect(await tell(beside.link, 'go')).toBe('counted');
      // Each begins anew, with what it is given.
      expect(textOf('copy0')).toBe(`${secret}: 100\n${secret}: 200\n`);
      taken.copy.rest();
      truncateSync(path('copy0'));
      secret = `after ${order}`;
      its = new Socket({ fd: taken.copy.rewind(planOf(0, secret)) });
    }
    expect(await tell(its, 'go')).toBe('counted');
    its.end('end');
    expect(await taken.copy.end).toEqual({ status: 7, signal: null });
    expect(textOf('copy0')).toBe('after go: 100\n');
    expect(textOf('copy1')).toBe('beside: 100\nbeside: 200\nbeside: 300\n');
    expect(await tell(link, 'go')).toBe('counted');
    expect(textOf('original').split(': ')[1]).toBe('100\n');
  });

  it.each([
    ['open', 'other descriptors'],
    ['thread', 'other threads'],
  ])('is refused, and ended, when it has become something else: %s', async (order, reason) => {
    const { copy: taken, link: its } = copy(0, 'first');
    its.on('error', () => undefined);
    expect(await tell(its, order)).toBe('counted');
    expect(refusal(() => taken.rewind(planOf(0, 'second'))).message).toContain(reason);
    expect(await taken.end).toEqual({ status: null, signal: 'SIGKILL' });
    expect(await tell(link, 'go')).toBe('counted');
  });

  it('is refused when it has ended', async () => {
    const { copy: taken, link: its } = copy(0, 'first');
    its.end('end');
    await taken.end;
    expect(() => taken.rewind(planOf(0, 'second'))).toThrow();
  });
});

describe('a copy dies with the process that wanted it', () => {
  const marker = `copies-${process.pid}`;
  let program = '';
  const start = async (...args: readonly string[]) => {
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const parent = spawn(process.execPath, [program, ...args], { env: markedEnvironment(marker), stdio: [...stdio] });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    return { parent, pid: Number.parseInt(said.toString(), 10) };
  };
  beforeAll(() => {
    program = bundleProgram('test/support/copy-and-wait.ts', 'copy-and-wait');
  });

  it('also when that is killed', async () => {
    const { parent, pid } = await start();
    expect(describeProcess(pid)).toContain('sleep');
    parent.kill('SIGKILL');
    expect(await awaitNoProcess(marker)).toEqual([]);
  });

  // One of them was left behind: it had been made, and did not know yet whom to die with.
  it.each([3, 4, 5, 6, 7, 8, 9, 10])(
    'also when that is killed while it makes the copy that is child %d',
    async (count) => {
      const { parent } = await start('again');
      const id = String(parent.pid);
      const children = `/proc/${id}/task/${id}/children`;
      while (readFileSync(children, 'latin1').trim().split(' ').length < count);
      parent.kill('SIGKILL');
      expect(await awaitNoProcess(marker)).toEqual([]);
    },
  );
});
