/** ELF files of x86-64, as far as a kernel and its modules need: what is in them, and whether all of it is there. */
import type { Bytes } from './bytes';

const MAGIC = Buffer.from('7f454c46', 'hex');
const HEADER_BYTES = 64;
const X86_64 = 62;
const NO_BITS = 8;

/** `e_machine` of what somebody may take for a kernel of this architecture. */
const MACHINES: Readonly<Record<number, string>> = {
  2: 'sparc',
  3: 'i386',
  8: 'mips',
  20: 'powerpc',
  21: 'powerpc64',
  22: 's390',
  40: 'arm',
  [X86_64]: 'x86-64',
  183: 'arm64',
  243: 'riscv',
  258: 'loongarch',
};

export type ElfKind = 'relocatable' | 'executable' | 'other';

/** A stretch of the file. */
interface Stretch {
  readonly type: number;
  readonly offset: number;
  readonly length: number;
}

export interface ElfSection extends Stretch {
  readonly name: string;
  /** Where in the file it is described, and in how many bytes. */
  readonly header: { readonly offset: number; readonly length: number };
}

export type Elf =
  | { readonly kind: 'none' }
  | { readonly kind: 'foreign'; readonly machine: string }
  | { readonly kind: 'truncated'; readonly has: number; readonly wants: number }
  | {
      readonly kind: 'elf';
      readonly type: ElfKind;
      readonly segments: readonly Stretch[];
      readonly sections: readonly ElfSection[];
    };

/** Reads the headers; the answer is never wrong about what is missing. */
export function readElf(bytes: Bytes): Elf {
  const header = bytes.read(0, HEADER_BYTES);
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) return { kind: 'none' };
  if (header.length < HEADER_BYTES) return { kind: 'truncated', has: bytes.size, wants: HEADER_BYTES };
  const isLittle = header[5] === 1;
  const machine = isLittle ? header.readUInt16LE(18) : header.readUInt16BE(18);
  if (header[4] !== 2 || !isLittle || machine !== X86_64) return { kind: 'foreign', machine: machineName(header) };
  const segmentTable = readTable(bytes, header.readBigUInt64LE(32), header.readUInt16LE(54), header.readUInt16LE(56));
  const sectionTable = readTable(bytes, header.readBigUInt64LE(40), header.readUInt16LE(58), header.readUInt16LE(60));
  const segments = segmentTable.rows.map(segmentOf);
  const unnamed = sectionTable.rows.map((row, index) => sectionOf(row, sectionTable.start + index * row.length));
  const ends = [segmentTable.end, sectionTable.end, ...[...segments, ...unnamed].map(endOf)];
  const wants = Math.max(HEADER_BYTES, ...ends);
  if (wants > bytes.size) return { kind: 'truncated', has: bytes.size, wants };
  const sections = nameSections(bytes, unnamed, header.readUInt16LE(62));
  return { kind: 'elf', type: kindOf(header.readUInt16LE(16)), segments, sections };
}

function machineName(header: Buffer): string {
  const machine = header[5] === 1 ? header.readUInt16LE(18) : header.readUInt16BE(18);
  return MACHINES[machine] ?? `machine ${machine}`;
}

function kindOf(type: number): ElfKind {
  if (type === 1) return 'relocatable';
  return type === 2 ? 'executable' : 'other';
}

interface Table {
  readonly start: number;
  readonly rows: readonly Buffer[];
  readonly end: number;
}

function readTable(bytes: Bytes, offset: bigint, rowBytes: number, count: number): Table {
  const start = Number(offset);
  const end = count === 0 ? 0 : start + rowBytes * count;
  if (end > bytes.size) return { start, rows: [], end };
  const table = bytes.read(start, rowBytes * count);
  const rows = Array.from({ length: count }, (_, index) => table.subarray(index * rowBytes, (index + 1) * rowBytes));
  // Rows that are shorter than one of 64 bits hold nothing that can be read.
  return { start, rows: rowBytes < 56 ? [] : rows, end };
}

function segmentOf(row: Buffer): Stretch {
  return { type: row.readUInt32LE(0), offset: Number(row.readBigUInt64LE(8)), length: Number(row.readBigUInt64LE(32)) };
}

interface UnnamedSection extends Omit<ElfSection, 'name'> {
  readonly nameOffset: number;
}

function sectionOf(row: Buffer, offset: number): UnnamedSection {
  const type = row.readUInt32LE(4);
  // `.bss` has a length, and nothing of it is in the file.
  const length = type === NO_BITS ? 0 : Number(row.readBigUInt64LE(32));
  const header = { offset, length: row.length };
  return { nameOffset: row.readUInt32LE(0), type, offset: Number(row.readBigUInt64LE(24)), length, header };
}

function endOf({ offset, length }: Stretch): number {
  return length === 0 ? 0 : offset + length;
}

function nameSections(bytes: Bytes, sections: readonly UnnamedSection[], namesIndex: number): readonly ElfSection[] {
  const names = sections[namesIndex];
  const text = names === undefined ? '' : bytes.read(names.offset, names.length).toString('latin1');
  return sections.map(({ nameOffset, ...section }) => ({
    ...section,
    name: text.slice(nameOffset, Math.max(nameOffset, text.indexOf('\0', nameOffset))),
  }));
}
