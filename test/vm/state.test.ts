import { describe, expect, it } from 'vitest';
import { isSameState } from '../../src/vm/state';

/**
 * As QEMU 7.2 writes it: name, instance 0, version 2, two times of the host with eight unused bytes between them; further on,
 * behind 36 bytes, how often its main thread looked.
 */
function stateOf(ticks: number, unused: number, clock: number, icount: number, looks = 0): Uint8Array {
  const word = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value));
    return bytes;
  };
  const name = (text: string) => Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1');
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 2]);
  const clocks = [name('timer'), header, word(ticks), word(unused), word(clock)];
  const replay = [name('replay'), header, Buffer.alloc(36), word(looks), word(0)];
  return Buffer.concat([Buffer.from('QEVM'), ...clocks, name('timer/icount'), header, word(icount), ...replay]);
}

describe('two states of a guest', () => {
  it('are the same when only times of the host differ', () => {
    expect(isSameState(stateOf(1, 0, 2, 3), stateOf(-100, 0, 2 ** 40, 3))).toBe(true);
    expect(isSameState(stateOf(1, 0, 2, 3, 4), stateOf(1, 0, 2, 3, 5))).toBe(true);
  });

  it('are not when the clock of the guest differs, or anything else', () => {
    expect(isSameState(stateOf(1, 0, 2, 3), stateOf(1, 0, 2, 4))).toBe(false);
    expect(isSameState(stateOf(1, 0, 2, 3), stateOf(1, 5, 2, 3))).toBe(false);
    expect(isSameState(stateOf(1, 0, 2, 3), Buffer.concat([stateOf(1, 0, 2, 3), Buffer.of(0)]))).toBe(false);
  });

  it('are compared whole where there are no clocks', () => {
    expect(isSameState(Buffer.of(1, 2), Buffer.of(1, 2))).toBe(true);
    expect(isSameState(Buffer.of(1, 2), Buffer.of(1, 3))).toBe(false);
  });
});
