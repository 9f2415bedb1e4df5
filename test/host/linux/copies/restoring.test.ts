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
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { present } from '../../../../src/base/assert';
import { areasOf } from '../../../../src/host/linux/copies/areas';
import { FrozenProcess } from '../../../../src/host/linux/copies/frozen';
import { ProcessMemory } from '../../../../src/host/linux/copies/memory';
import { Original, type ProcessCopy } from '../../../../src/host/linux/copies/process-copies';
import { restoreProcess } from '../../../../src/host/linux/copies/restoring';
import { saveProcess } from '../../../../src/host/linux/copies/saving';
import { temporaryFolder } from '../../../support/live';

const SOCKET = 3;
const OUTPUT = 4;
const MARK = randomBytes(16);
/** Threads as in process-copies.test.ts, a file that is mapped, a counter (eventfd) and signals that are read. */
const PROGRAM = `
import ctypes, mmap, os, signal, socket, sys, threading
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
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
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
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
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
  await present(originals[0], 'the original').save(inFolder('saved'), { files: [files.own], socket: SOCKET });
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function restore(): Promise<Original | undefined> {
  const restored = await Original.restore(inFolder('saved'), [files.own]);
  if (restored !== undefined) originals.push(restored);
  return restored;
}

async function restored(): Promise<Original> {
  return present(await restore(), 'what was restored');
}

function planOf(secret: string) {
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

it('goes on with all threads, when it has ended long ago', async () => {
  await save();
  const original = await restored();
  const first = copyOf(original, 'first');
  expect(await tell(first.link, 'go')).toBe('counted');
  expect(await tell(first.link, 'join')).toBe('joined');
  first.link.end('end');
  expect(await first.copy.end).toEqual({ status: 7, signal: null });
  const second = copyOf(original, 'second');
  expect(await tell(second.link, 'go')).toBe('counted');
  expect(await tell(second.link, 'go')).toBe('counted');
  second.link.end('end');
  expect(await second.copy.end).toEqual({ status: 7, signal: null });
  expect(readFileSync(inFolder('fresh'), 'latin1')).toContain('second: 200');
});
