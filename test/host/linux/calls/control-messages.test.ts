import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { decodeControl, encodeControl } from '../../../../src/host/linux/calls/control-messages';

/** Two messages as Python's socket.CMSG_SPACE and CMSG_LEN lay them out: 5 bytes are padded to 8. */
const TWO = [
  ...[21, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 8, 7, 6, 5, 0, 0, 0],
  ...[20, 0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0, 25, 0, 0, 0, 4, 3, 2, 1, 0, 0, 0, 0],
];
const MESSAGES = [
  { level: 1, type: 2, data: Uint8Array.of(9, 8, 7, 6, 5) },
  { level: 41, type: 25, data: Uint8Array.of(4, 3, 2, 1) },
];

describe('control messages', () => {
  it('are aligned to eight bytes', () => {
    expect([...encodeControl(MESSAGES)]).toEqual(TWO);
    expect(encodeControl([])).toHaveLength(0);
  });

  it('are read without their padding', () => {
    expect(decodeControl(Uint8Array.from(TWO))).toEqual(MESSAGES);
    expect(decodeControl(Uint8Array.from(TWO.slice(0, -4)))).toEqual(MESSAGES);
  });

  it('are read as far as they are there', () => {
    expect(decodeControl(Uint8Array.from(TWO.slice(0, 19)))).toEqual([
      { level: 1, type: 2, data: Uint8Array.of(9, 8, 7) },
    ]);
    expect(decodeControl(Uint8Array.from(TWO.slice(0, 15)))).toEqual([]);
    expect(decodeControl(new Uint8Array(40))).toEqual([]);
  });

  it('have the sizes that Python knows', () => {
    const script = 'import socket; print(socket.CMSG_LEN(5), socket.CMSG_SPACE(5), socket.CMSG_SPACE(4))';
    const { stdout } = spawnSync('python3', ['-c', script], { encoding: 'utf8' });
    const [first] = MESSAGES;
    expect(stdout.trim().split(' ').map(Number)).toEqual([
      TWO[0],
      encodeControl(first === undefined ? [] : [first]).length,
      encodeControl(MESSAGES.slice(1)).length,
    ]);
  });
});
