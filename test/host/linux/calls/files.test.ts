import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../../src/host/host';
import { temporaryFolder, useTestHost } from '../../../support/live';
import { acceptOne, answers, LIMIT_NS, room, sends, succeeded } from '../../../support/segments';

const { open } = useTestHost();

const O_RDONLY = 0;
const O_WRONLY_CREAT = 0o101;
const O_CLOEXEC = 0o2000000;
const F_GETFL = 3;
const F_GETFD = 1;

function dataFile(run: Run): number {
  writeFileSync(join(temporaryFolder, 'data.bin'), Uint8Array.of(10, 11, 12, 13, 14));
  const request = { name: 'open', path: 'data.bin', flags: O_RDONLY, folder: temporaryFolder } as const;
  return succeeded(run.call(request, LIMIT_NS)).returned;
}

function pipeEnds(run: Run): readonly [number, number] {
  const [from = -1, into = -1] = succeeded(run.call({ name: 'pipe' }, LIMIT_NS)).outputs.descriptors ?? [];
  return [from, into];
}

describe('open', () => {
  it('takes a path from the folder, and shows no flags of its own', () => {
    const run = open();
    const fd = dataFile(run);
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe(join(temporaryFolder, 'data.bin'));
    const shown = run.call({ name: 'fcntl', fd, command: F_GETFL, argument: 0 }, LIMIT_NS).outcome.returned;
    expect(shown & O_CLOEXEC).toBe(0);
    expect(run.call({ name: 'fcntl', fd, command: F_GETFD, argument: 0 }, LIMIT_NS).outcome.returned).toBe(1);
    const absolute = { name: 'open', path: '/dev/null', flags: O_RDONLY, folder: temporaryFolder } as const;
    succeeded(run.call(absolute, LIMIT_NS));
    expect(run.call({ ...absolute, path: 'missing' }, LIMIT_NS).outcome.errno).toBe('ENOENT');
  });

  it('makes a file that its owner may write', () => {
    const run = open();
    const request = { name: 'open', path: 'made.bin', flags: O_WRONLY_CREAT, folder: temporaryFolder } as const;
    const fd = succeeded(run.call(request, LIMIT_NS)).returned;
    succeeded(run.call({ name: 'write', fd, buffer: sends(1, 2) }, LIMIT_NS));
    expect([...readFileSync(join(temporaryFolder, 'made.bin'))]).toEqual([1, 2]);
  });
});

describe('sendfile', () => {
  it('sends from an offset, and says where it came to', () => {
    const run = open();
    const { fd } = acceptOne(run);
    const request = { name: 'sendfile', output: fd, input: dataFile(run), offset: 1, count: 3 } as const;
    expect(run.call(request, LIMIT_NS).outcome).toEqual({ returned: 3, errno: '', outputs: { offset: 4 } });
    expect(answers(run).map(({ payload }) => [...payload])).toEqual([[11, 12, 13]]);
  });

  it('without an offset goes on where the file is', () => {
    const run = open();
    const { fd } = acceptOne(run);
    const request = { name: 'sendfile', output: fd, input: dataFile(run), count: 100 } as const;
    expect(run.call(request, LIMIT_NS)).toMatchObject({ outcome: { returned: 5, outputs: {} }, interrupted: false });
    expect(run.call(request, LIMIT_NS).outcome.returned).toBe(0);
  });
});

describe('pipe and splice', () => {
  it('moves bytes from a socket through a pipe', () => {
    const run = open();
    const { fd, receives } = acceptOne(run);
    const [from, into] = pipeEnds(run);
    receives(1, 2, 3);
    const request = { name: 'splice', input: fd, output: into, count: 10, flags: 0 } as const;
    expect(run.call(request, LIMIT_NS).outcome).toEqual({ returned: 3, errno: '', outputs: {} });
    expect(run.call({ name: 'read', fd: from, buffer: room(10) }, LIMIT_NS).outcome.outputs.bytes).toEqual(
      Uint8Array.of(1, 2, 3),
    );
  });

  it('moves bytes of a file from an offset', () => {
    const run = open();
    const [, into] = pipeEnds(run);
    const request = { name: 'splice', input: dataFile(run), inputOffset: 2, output: into, count: 2, flags: 0 } as const;
    expect(run.call(request, LIMIT_NS).outcome).toEqual({ returned: 2, errno: '', outputs: { offset: 4 } });
    expect(run.call({ ...request, outputOffset: 0 }, LIMIT_NS).outcome.errno).toBe('ESPIPE');
  });
});

describe('what the calls have opened', () => {
  it('is closed with the run', async () => {
    const run = open();
    const opened = [
      dataFile(run),
      ...pipeEnds(run),
      succeeded(run.call({ name: 'epoll_create', size: 1 }, LIMIT_NS)).returned,
    ];
    const targets = () =>
      opened.map((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`);
        } catch {
          return 'closed';
        }
      });
    const before = targets();
    expect(before).not.toContain('closed');
    await run.close();
    // Another thread may have got a number by now.
    for (const [index, target] of targets().entries()) expect(target).not.toBe(before[index]);
  });
});
