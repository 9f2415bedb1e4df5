/** Live: a process of Python with threads that wait for each other, saved, ended, and made again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { present } from '../../../../src/base/assert';
import { areasOf, type Range } from '../../../../src/host/linux/copies/areas';
import { FrozenProcess } from '../../../../src/host/linux/copies/frozen';
import { ProcessMemory } from '../../../../src/host/linux/copies/memory';
import { type CopyPlan, Original, type ProcessCopy } from '../../../../src/host/linux/copies/process-copies';
import { layoutOf } from '../../../../src/host/linux/copies/process-layout';
import { restoreProcess } from '../../../../src/host/linux/copies/restoring';
import { saveProcess } from '../../../../src/host/linux/copies/saving';
import { childrenOf, describeProcess } from '../../../support/leftovers';
import { temporaryFolder } from '../../../support/live';

const SOCKET = 3;
const OUTPUT = 4;
/** In `struct user_regs_struct`. */
const STACK_POINTER_AT = 19;
const MARK = randomBytes(16);
/** Threads as in process-copies.test.ts, a file that is mapped, a counter (eventfd) and signals that are read. */
const PROGRAM = `
import ctypes, mmap, os, select, signal, socket, sys, threading
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
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
with open(sys.argv[1], 'r+b') as file:
    mapped = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
mapped[4096:4100] = b'mine'
c = ctypes.CDLL(None)
mayEnd, ending = ctypes.create_string_buffer(64), ctypes.c_ulong()
c.sem_init(mayEnd, 0, 0)
c.pthread_create(ctypes.byref(ending), None, c.sem_wait, mayEnd)
counter = c.eventfd(3, 0)
signals = c.signalfd(-1, (ctypes.c_uint64 * 16)(1 << 9), 0)
signal.signal(signal.SIGUSR2, lambda *_: counts.__setitem__(0, counts[0] + 1000))
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
    if order == b'kernel':
        os.kill(os.getpid(), signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR2)
        number = int.from_bytes(os.read(counter, 8), 'little')
        found = os.read(signals, 128)[0]
        link.sendall(b'%d %d %d %s' % (number, found, sum(counts), os.environb.get(b'SECRET', b'none')))
        continue
    if order == b'mapped':
        link.sendall(mapped[0:4] + mapped[4096:4100])
        continue
    if order == b'socket':
        kept = socket.socketpair()
    if order == b'epoll':
        kept = select.epoll()
    if order == b'shared':
        kept = mmap.mmap(-1, 4096)
    if order == b'stack':
        kept = ctypes.create_string_buffer(65536)
        c.sigaltstack((ctypes.c_uint64 * 3)(ctypes.addressof(kept), 0, 65536), None)
    if order == b'grow':
        kept = [bytearray(3000) for _ in range(20000)] + [bytearray(50_000_000)]
    for _ in range(100):
        asked.release()
    for _ in range(100):
        done.acquire()
    os.write(${OUTPUT}, b'%s: %d\\n' % (secret.value, sum(counts)))
    link.sendall(b'counted')
`;

let child: ChildProcess;
let folder: string;
let files: { readonly own: number; readonly fresh: number };
let address: number;
let originals: Original[] = [];

const inFolder = (name: string) => join(folder, name);

async function tell(socket: Socket, order: string): Promise<string> {
  socket.write(order);
  const [answer] = (await Promise.race([once(socket, 'data'), once(socket, 'end')])) as [Buffer?];
  return answer === undefined ? 'ended' : answer.toString();
}

beforeEach(async () => {
  folder = mkdtempSync(join(temporaryFolder, 'saved-'));
  writeFileSync(inFolder('mapped'), 'file'.repeat(4096));
  files = { own: openSync(inFolder('output'), 'w'), fresh: openSync(inFolder('fresh'), 'w') };
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe', files.own] as const;
  child = spawn('python3', ['-c', PROGRAM, inFolder('mapped')], {
    stdio: [...stdio],
    env: { ...process.env, SECRET: 'of the user' },
  });
  const link = child.stdio[SOCKET] as Socket;
  expect(String((await once(link, 'data'))[0])).toBe('ready');
  const original = new Original(present(child.pid, 'the process'));
  originals = [original];
  address = original.find(MARK);
});

afterEach(() => {
  for (const original of originals) original.close();
  child.kill('SIGKILL');
  closeSync(files.own);
  closeSync(files.fresh);
});

/** Saves it, and ends it. */
async function save(): Promise<void> {
  mkdirSync(inFolder('saved'));
  const plan = { files: [files.own], socket: SOCKET, place: address };
  await present(originals[0], 'the original').save(inFolder('saved'), plan);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function restore(): Promise<Original | undefined> {
  const found = await Original.restore(inFolder('saved'), [files.own]);
  if (found === undefined) return undefined;
  originals.push(found.process);
  expect(found.place).toBe(address);
  return found.process;
}

async function restored(): Promise<Original> {
  return present(await restore(), 'what was restored');
}

function planOf(secret: string): CopyPlan {
  return {
    files: [{ from: files.own, to: files.fresh }],
    socket: SOCKET,
    patch: { address, bytes: Buffer.from(secret.padEnd(MARK.length, '\0')) },
  };
}

function copyOf(original: Original, secret: string): { readonly copy: ProcessCopy; readonly link: Socket } {
  const copy = original.copy(planOf(secret));
  return { copy, link: new Socket({ fd: copy.socket }) };
}

const said = () => readFileSync(inFolder('fresh'), 'latin1');

/** The contents of some memory, without that in which the kernel tells a thread where it is (rseq(2)). */
function memoryOf({ main }: FrozenProcess, areas: readonly Range[]): readonly Buffer[] {
  const memory = new ProcessMemory(main.tid);
  const shared = main.sharedArea() ?? { address: 0, bytes: 0 };
  try {
    return areas.map(({ from, to }) => {
      const bytes = Buffer.from(memory.read(from, to - from));
      if (from <= shared.address && shared.address < to)
        bytes.fill(0, shared.address - from, shared.address - from + shared.bytes);
      return bytes;
    });
  } finally {
    memory.close();
  }
}

it('goes on with all threads, again and again, when it has ended long ago', async () => {
  await save();
  const original = await restored();
  const [first, second] = [copyOf(original, 'first'), copyOf(original, 'second')];
  expect(await tell(first.link, 'go')).toBe('counted');
  expect(said()).toBe('first: 100\n');
  truncateSync(inFolder('fresh'));
  expect(await Promise.all([tell(first.link, 'mapped'), tell(second.link, 'go')])).toEqual(['filemine', 'counted']);
  expect(await tell(second.link, 'go')).toBe('counted');
  expect(said()).toBe('second: 100\nsecond: 200\n');
  for (const { link } of [first, second]) {
    expect(await tell(link, 'join')).toBe('joined');
    link.end('end');
  }
  expect(await Promise.all([first.copy.end, second.copy.end])).toEqual([
    { status: 7, signal: null },
    { status: 7, signal: null },
  ]);
});

it('has its counters, its handlers of signals and its files again, and nothing of the environment', async () => {
  await save();
  const { link } = copyOf(await restored(), 'kernel');
  // The counter was set to 3, SIGUSR1 is read, and a handler of SIGUSR2 adds 1000.
  expect(await tell(link, 'kernel')).toBe('3 10 1000 of the user');
  expect(await tell(link, 'mapped')).toBe('filemine');
  link.end('end');
  expect(readFileSync(inFolder('saved/pages')).includes('SECRET=')).toBe(false);
  for (const name of readdirSync(inFolder('saved')))
    expect(statSync(inFolder(`saved/${name}`)).mode & 0o777).toBe(0o600);
});

it('is seen by others as what it was, with the environment of this process', async () => {
  await save();
  const { copy, link } = copyOf(await restored(), 'seen');
  expect(describeProcess(copy.pid)).toContain(inFolder('mapped'));
  expect(readFileSync(`/proc/${copy.pid}/comm`, 'latin1')).toBe('python3\n');
  expect(readFileSync(`/proc/${copy.pid}/environ`, 'latin1')).toContain(`PATH=${process.env['PATH'] ?? ''}`);
  link.end('end');
});

it('has the memory that it had, byte by byte', async () => {
  const pid = present(child.pid, 'the process');
  const frozen = FrozenProcess.of(pid);
  mkdirSync(inFolder('saved'));
  await saveProcess(frozen, inFolder('saved'), { files: [files.own], socket: SOCKET, place: address });
  const found = present(await restoreProcess(inFolder('saved'), [files.own]), 'what was restored');
  const all = areasOf(frozen.main.tid);
  const kinds = (of: FrozenProcess) =>
    areasOf(of.main.tid).filter(({ name }) => /^\[(?:stack|heap|vv|vdso)/.test(name));
  expect(kinds(found.frozen)).toEqual(kinds(frozen));
  const areas = all.filter(({ name, rights }) => rights.startsWith('r') && !name.startsWith('['));
  const heap = all.filter(({ name }) => name === '[heap]');
  expect(areas.length).toBeGreaterThan(20);
  expect(heap.length).toBe(1);
  // Below the place where the stack ends, calls were given what they needed; the environment is at its beginning.
  const { environment } = layoutOf(frozen.main);
  const stack = { from: Number(frozen.main.registers[STACK_POINTER_AT]), to: environment[0] };
  const compared = [...areas, ...heap, stack];
  const [before, after] = [memoryOf(frozen, compared), memoryOf(found.frozen, compared)];
  expect(compared.filter((_, at) => !present(before[at], 'an area').equals(present(after[at], 'the same')))).toEqual(
    [],
  );
  found.frozen.end();
  frozen.end();
});

it('is the original of copies that can be taken back, also when they have had more memory', async () => {
  await save();
  const { copy, link } = copyOf(await restored(), 'first');
  let its = link;
  for (const order of ['go', 'grow', 'go', 'mapped', 'go']) {
    await tell(its, order);
    expect(await tell(its, 'go')).toBe('counted');
    copy.rest();
    truncateSync(inFolder('fresh'));
    its = new Socket({ fd: copy.rewind(planOf(`after ${order}`)) });
    expect(await tell(its, 'go')).toBe('counted');
    expect(said()).toBe(`after ${order}: 100\n`);
  }
  its.end('end');
  expect(await copy.end).toEqual({ status: 7, signal: null });
});

it.each([
  ['its pages are cut short', () => truncateSync(inFolder('saved/pages'), 100_000)],
  ['its description is cut short', () => truncateSync(inFolder('saved/process'), 1000)],
  ['a byte of its description is another', () => changeByte(inFolder('saved/process'), 500)],
  ['nothing is there', () => rmSync(inFolder('saved'), { recursive: true })],
  ['a file that it has mapped is longer', () => appendFileSync(inFolder('mapped'), 'more')],
  ['a file that it has mapped was written to', () => utimesSync(inFolder('mapped'), 1, 1)],
  [
    'a file that it has mapped is another',
    () => {
      copyFileSync(inFolder('mapped'), inFolder('copy'));
      utimesSync(inFolder('copy'), statSync(inFolder('mapped')).atime, statSync(inFolder('mapped')).mtime);
      renameSync(inFolder('copy'), inFolder('mapped'));
    },
  ],
  ['a file that it has mapped is gone', () => rmSync(inFolder('mapped'))],
])('is not made again when %s', async (_, change) => {
  await save();
  change();
  expect(await restore()).toBeUndefined();
  expect(childrenOf(process.pid).map(describeProcess)).not.toContainEqual(expect.stringContaining('sleep infinity'));
});

it.each([
  ['socket', 'socket:'],
  ['epoll', 'anon_inode:[eventpoll], which cannot be copied'],
  ['shared', 'memory of another kind'],
  ['stack', 'a stack for signals'],
])('is not saved when it has what cannot be made again: %s', async (order, reason) => {
  const link = child.stdio[SOCKET] as Socket;
  expect(await tell(link, order)).toBe('counted');
  mkdirSync(inFolder('saved'));
  const plan = { files: [files.own], socket: SOCKET, place: 0 };
  const saving = async () => present(originals[0], 'the original').save(inFolder('saved'), plan);
  await expect(saving()).rejects.toThrow(reason);
  // It is the same as before, and so is what is left of this.
  expect(await tell(link, 'go')).toBe('counted');
  expect(readdirSync(inFolder('saved'))).toEqual([]);
  const left = childrenOf(process.pid).filter((pid) => describeProcess(pid).includes('python'));
  expect(left.length).toBe(order === 'epoll' ? 1 : 2);
});

function changeByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
