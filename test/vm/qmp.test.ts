import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../src/base/assert';
import { saveState } from '../../src/vm/monitor';
import { Qmp } from '../../src/vm/qmp';

/** The other end of a monitor: what it was told, and what it answers. */
class Peer {
  readonly told: { execute: string; arguments: unknown }[] = [];
  answer: (execute: string) => readonly object[] = () => [{ return: {} }];
  socket: Socket | undefined;

  serve(socket: Socket): void {
    this.socket = socket;
    this.say({ QMP: { version: {} } });
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        const command = JSON.parse(line) as { execute: string; arguments: unknown };
        this.told.push(command);
        for (const message of this.answer(command.execute)) this.say(message);
      }
    });
  }

  /** In two pieces, as a stream may be cut. */
  say(message: object): void {
    const text = `${JSON.stringify(message)}\r\n`;
    this.socket?.write(text.slice(0, 5));
    this.socket?.write(text.slice(5));
  }
}

let folder = '';
let peer = new Peer();
let qmp: Qmp;
let close = () => {};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-qmp-'));
  peer = new Peer();
  const server = createServer((socket) => peer.serve(socket));
  const path = join(folder, 's');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const socket = connect(path);
  qmp = new Qmp(socket);
  close = () => {
    socket.destroy();
    peer.socket?.destroy();
    server.close();
  };
});
afterEach(() => {
  close();
  rmSync(folder, { recursive: true });
});

describe('the monitor', () => {
  it('gives each command its own answer', async () => {
    peer.answer = (execute) => [{ return: execute }];
    expect(await Promise.all([qmp.command('a'), qmp.command('b')])).toEqual(['a', 'b']);
  });

  it('says what QEMU refused', async () => {
    peer.answer = () => [{ error: { class: 'GenericError', desc: 'no such thing' } }];
    await expect(qmp.command('a')).rejects.toMatchObject({ message: 'no such thing', isEnd: false });
  });

  it('waits for the event whose data fit', async () => {
    const event = qmp.event('MIGRATION', ({ status }) => status === 'completed');
    peer.answer = () => [
      { event: 'MIGRATION', data: { status: 'setup' } },
      { event: 'STOP' },
      { event: 'MIGRATION', data: { status: 'completed' } },
      { return: {} },
    ];
    await qmp.greet();
    expect(await event).toEqual({ status: 'completed' });
  });

  it('tells those who wait that QEMU has ended, and those who come later', async () => {
    const waiting = [qmp.event('STOP'), qmp.command('a')];
    peer.answer = () => [];
    while (peer.told.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    present(peer.socket, 'socket').destroy();
    for (const one of waiting) await expect(one).rejects.toMatchObject({ isEnd: true });
    await expect(qmp.command('b')).rejects.toMatchObject({ isEnd: true });
    await expect(qmp.event('STOP')).rejects.toMatchObject({ isEnd: true });
  });
});

it('the state of a machine is saved into a file', async () => {
  peer.answer = () => [{ event: 'STOP' }, { return: {} }];
  await saveState(qmp, '/proc/self/fd/7');
  expect(peer.told).toEqual([
    { execute: 'xen-save-devices-state', arguments: { filename: '/proc/self/fd/7', live: false } },
  ]);
});
