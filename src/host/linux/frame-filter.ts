/**
 * A filter for packet sockets that tells a flood's frames from others, in the kernel: classic BPF (linux/filter.h,
 * linux/bpf_common.h). Deliberately absent: anything but addresses.
 */
import { concatBytes, viewOf } from '../../wire/bytes';
import type { AddressRange } from '../host';
import { BPF, instruction } from './bpf';

/** How many bytes of a frame the socket takes: none means that it does not get the frame at all. */
export interface Lengths {
  /** From one of the addresses, to the kernel. */
  readonly from: number;
  /** From the kernel to one of the addresses. */
  readonly to: number;
  readonly others: number;
}

/** Where the addresses stand in an IP header. */
const SOURCE_AT = { 4: 12, 6: 8 } as const;
const TARGET_AT = { 4: 16, 6: 24 } as const;
const WORD_BYTES = 4;

type Place = 'source' | 'others';

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
  // Which way a frame goes is not asked: over `lo`, one frame goes both ways.
  return assemble(
    [
      { code: BPF.loadByte, k: 0 },
      { code: BPF.and, k: 0xf0 },
      { code: BPF.jumpIfEqual, k: version << 4, jf: 'others' },
      ...isWithin(range, TARGET_AT[version], 'source'),
      { code: BPF.return, k: to },
    ],
    [...isWithin(range, SOURCE_AT[version], 'others'), { code: BPF.return, k: from }],
    { code: BPF.return, k: others },
  );
}

/** Falls through when the address at the offset is one of the range. */
function isWithin({ first, count }: AddressRange, at: number, otherwise: Place): readonly Instruction[] {
  const view = viewOf(first);
  const lastAt = first.length - WORD_BYTES;
  const instructions: Instruction[] = [];
  for (let word = 0; word < lastAt; word += WORD_BYTES) {
    instructions.push({ code: BPF.loadWord, k: at + word });
    instructions.push({ code: BPF.jumpIfEqual, k: view.getUint32(word), jf: otherwise });
  }
  instructions.push({ code: BPF.loadWord, k: at + lastAt }, { code: BPF.subtract, k: view.getUint32(lastAt) });
  return [...instructions, { code: BPF.jumpIfAtLeast, k: count, jt: otherwise }];
}

function assemble(target: readonly Instruction[], source: readonly Instruction[], others: Instruction): Uint8Array {
  const program = [...target, ...source, others];
  const places = { source: target.length, others: program.length - 1 };
  return concatBytes(
    program.map(({ code, k, jt, jf }, index) => {
      const distance = (place: Place | undefined): number => (place === undefined ? 0 : places[place] - index - 1);
      return instruction(code, k, distance(jt), distance(jf));
    }),
  );
}
