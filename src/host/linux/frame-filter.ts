/**
 * A filter for packet sockets that tells a flood's frames from others, in the kernel: classic BPF (linux/filter.h,
 * linux/bpf_common.h). Deliberately absent: anything but addresses.
 */
import { viewOf } from '../../wire/bytes';
import type { AddressRange } from '../host';
import { PACKET_OUTGOING, SO_ATTACH_FILTER, SO_DETACH_FILTER, SOL_SOCKET } from './constants';
import { addressOf, libc, succeed } from './libc';

/** How many bytes of a frame the socket takes: none means that it does not get the frame at all. */
export interface Lengths {
  /** From one of the addresses, to the kernel. */
  readonly from: number;
  /** From the kernel to one of the addresses. */
  readonly to: number;
  readonly others: number;
}

export const WHOLE = 0xffff_ffff;

const LOAD_WORD = 0x20;
const LOAD_BYTE = 0x30;
const SUBTRACT = 0x14;
const AND = 0x54;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_NOT_LESS = 0x35;
const RETURN = 0x06;
/** SKF_AD_OFF + SKF_AD_PKTTYPE: sockaddr_ll.sll_pkttype of the frame. */
const PACKET_TYPE = 0xffff_f004;

/** Where the addresses stand in an IP header. */
const SOURCE_AT = { 4: 12, 6: 8 } as const;
const TARGET_AT = { 4: 16, 6: 24 } as const;
const WORD_BYTES = 4;
const INSTRUCTION_BYTES = 8;
/** struct sock_fprog: how many instructions, and where they are. */
const PROGRAM_BYTES = 16;
const PROGRAM_ADDRESS_AT = 8;

type Place = 'incoming' | 'others';

/** The kernel's names. A jump goes on behind itself where no place is named. */
interface Instruction {
  readonly code: number;
  readonly k: number;
  readonly jt?: Place;
  readonly jf?: Place;
}

/** The instructions, as the kernel takes them. */
export function frameFilter(range: AddressRange, { from, to, others }: Lengths): Uint8Array {
  const version = range.first.length === WORD_BYTES ? 4 : 6;
  const outgoing = isWithin(range, TARGET_AT[version]);
  const incoming = isWithin(range, SOURCE_AT[version]);
  return assemble(
    [
      { code: LOAD_BYTE, k: 0 },
      { code: AND, k: 0xf0 },
      { code: JUMP_IF_EQUAL, k: version << 4, jf: 'others' },
      { code: LOAD_WORD, k: PACKET_TYPE },
      { code: JUMP_IF_EQUAL, k: PACKET_OUTGOING, jf: 'incoming' },
      ...outgoing,
      { code: RETURN, k: to },
    ],
    [...incoming, { code: RETURN, k: from }],
    { code: RETURN, k: others },
  );
}

/** Falls through when the address at the offset is one of the range. */
function isWithin({ first, count }: AddressRange, at: number): readonly Instruction[] {
  const view = viewOf(first);
  const lastAt = first.length - WORD_BYTES;
  const instructions: Instruction[] = [];
  for (let word = 0; word < lastAt; word += WORD_BYTES) {
    instructions.push({ code: LOAD_WORD, k: at + word });
    instructions.push({ code: JUMP_IF_EQUAL, k: view.getUint32(word), jf: 'others' });
  }
  instructions.push({ code: LOAD_WORD, k: at + lastAt }, { code: SUBTRACT, k: view.getUint32(lastAt) });
  return [...instructions, { code: JUMP_IF_NOT_LESS, k: count, jt: 'others' }];
}

function assemble(head: readonly Instruction[], incoming: readonly Instruction[], others: Instruction): Uint8Array {
  const program = [...head, ...incoming, others];
  const places = { incoming: head.length, others: program.length - 1 };
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = viewOf(bytes);
  program.forEach(({ code, k, jt, jf }, index) => {
    const distance = (place: Place | undefined): number => (place === undefined ? 0 : places[place] - index - 1);
    const at = index * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, distance(jt));
    view.setUint8(at + 3, distance(jf));
    view.setUint32(at + 4, k, true);
  });
  return bytes;
}

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
