/**
 * Classic BPF (linux/filter.h, linux/bpf_common.h): programs by which a socket drops in the kernel what is not for it.
 * Deliberately absent: what the programs look for.
 */
import { viewOf } from '../../wire/bytes';
import { SO_ATTACH_FILTER, SO_DETACH_FILTER, SOL_SOCKET } from './constants';
import { addressOf, libc, succeed } from './libc';

/** Codes of instructions, put together from those of the kernel; and places beside the packet (SKF_AD_OFF). */
export const BPF = {
  loadWord: 0x20,
  loadByte: 0x30,
  /** Behind what the index register says. */
  loadHalfIndexed: 0x48,
  indexImmediate: 0x01,
  /** The length of an IPv4 header. */
  indexFromHeader: 0xb1,
  subtract: 0x14,
  and: 0x54,
  jumpIfEqual: 0x15,
  jumpIfGreater: 0x25,
  jumpIfAtLeast: 0x35,
  return: 0x06,
  /** SKF_AD_PROTOCOL: the EtherType, wherever that stood. */
  etherType: 0xffff_f000,
} as const;

/** As the result of a program: everything of what it looked at is kept. */
export const WHOLE = 0xffff_ffff;

const INSTRUCTION_BYTES = 8;
/** struct sock_fprog: how many instructions, and where they are. */
const PROGRAM_BYTES = 16;
const PROGRAM_ADDRESS_AT = 8;

/** struct sock_filter. Both jumps go on so far behind the next instruction. */
export function instruction(code: number, value: number, ifTrue = 0, ifFalse = 0): Uint8Array {
  const bytes = new Uint8Array(INSTRUCTION_BYTES);
  const view = viewOf(bytes);
  view.setUint16(0, code, true);
  view.setUint8(2, ifTrue);
  view.setUint8(3, ifFalse);
  view.setUint32(4, value, true);
  return bytes;
}

/** Whatever comes for the socket is dropped. A TCP socket does it before it answers (`tcp_filter` in `tcp_v4_rcv`). */
export const DROP_ALL = instruction(BPF.return, 0);

/** From now on, the socket gets what the filter lets through. @throws HostError */
export function attachFilter(fd: number, instructions: Uint8Array): void {
  // In one piece, which lives as long as the call.
  const program = new Uint8Array(PROGRAM_BYTES + instructions.length);
  program.set(instructions, PROGRAM_BYTES);
  const view = viewOf(program);
  view.setUint16(0, instructions.length / INSTRUCTION_BYTES, true);
  view.setBigUint64(PROGRAM_ADDRESS_AT, BigInt(addressOf(program) + PROGRAM_BYTES), true);
  const result = libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, PROGRAM_BYTES);
  succeed('SO_ATTACH_FILTER', result);
}

/** The socket gets everything again. @throws HostError */
export function detachFilter(fd: number): void {
  succeed('SO_DETACH_FILTER', libc.setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, Int32Array.of(0), 4));
}
