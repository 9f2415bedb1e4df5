import { describe, expect, it } from 'vitest';
import {
  beforeCall,
  forCall,
  isInCall,
  REGISTER_COUNT,
  type Registers,
  resultOf,
  scratchOf,
  threadPointer,
} from '../../../../src/host/linux/copies/x86-64';

/** Places of `struct user_regs_struct`, counted in sys/user.h. */
const RAX = 10;
const RDX = 12;
const RSI = 13;
const RDI = 14;
const ORIG_RAX = 15;
const RIP = 16;
const RSP = 19;
const FS_BASE = 21;
const NONE = 0xffff_ffff_ffff_ffffn;

function registers(values: Readonly<Record<number, bigint>>): Registers {
  const all = new BigUint64Array(REGISTER_COUNT);
  for (const [at, value] of Object.entries(values)) all[Number(at)] = BigInt.asUintN(64, value);
  return all;
}

/** In ppoll(2), whose number is 271, interrupted. */
const inCall = (error: bigint) =>
  registers({ [RAX]: error, [ORIG_RAX]: 271n, [RIP]: 0x1002n, [RSP]: 0x7000n, [FS_BASE]: 0x9000n });

describe('a thread that was stopped in a system call', () => {
  // ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK.
  it.each([-512n, -513n, -514n, -516n])('makes it again: %d', (error) => {
    const stopped = inCall(error);
    expect(isInCall(stopped)).toBe(true);
    const again = beforeCall(stopped);
    expect([again[RAX], again[RIP], again[ORIG_RAX]]).toEqual([271n, 0x1000n, NONE]);
    expect([scratchOf(again), threadPointer(again)]).toEqual([0x6000n, 0x9000n]);
  });

  it('does not make it again when it has its result', () => {
    const stopped = inCall(-4n);
    expect(isInCall(stopped)).toBe(false);
    expect(resultOf(stopped)).toBe(-4);
    const again = beforeCall(stopped);
    expect([again[RAX], again[RIP], again[ORIG_RAX]]).toEqual([BigInt.asUintN(64, -4n), 0x1002n, NONE]);
  });

  it('makes another one instead, when it is told to', () => {
    const call = forCall(inCall(-514n), 292, [7, 3, 0x80000n]);
    expect([call[RAX], call[RDI], call[RSI], call[RDX]]).toEqual([292n, 7n, 3n, 0x80000n]);
    expect([call[RIP], call[ORIG_RAX]]).toEqual([0x1000n, NONE]);
  });

  it('takes negative arguments', () =>
    expect(forCall(inCall(-514n), 257, [-100])[RDI]).toBe(BigInt.asUintN(64, -100n)));
});

it('a thread at work stays where it is', () => {
  const working = registers({ [RAX]: -514n, [ORIG_RAX]: NONE, [RIP]: 0x1002n });
  expect(isInCall(working)).toBe(false);
  expect(beforeCall(working)).toEqual(working);
});
