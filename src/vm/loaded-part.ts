/**
 * Programs and libraries as a guest needs them: up to the end of what is loaded. Names for debuggers stand behind that,
 * a sixth of Node, and what an image holds is copied twice before a guest's first program runs.
 */
import { bytesOf } from './kernels/bytes';
import { readElf } from './kernels/elf';

/** e_shoff, e_shnum and e_shstrndx (elf(5)): where the table of sections is, its rows, and which of them has the names. */
const TABLE_AT = 40;
const ROWS_AT = 60;
const NAMES_AT = 62;
const HEADER_BYTES = 64;

/** Other files, and programs that are not whole, stay what they are. */
export function loadedPart(file: Buffer): Buffer {
  const elf = readElf(bytesOf(file));
  if (elf.kind !== 'elf' || elf.type === 'relocatable' || elf.segments.length === 0) return file;
  const ends = elf.segments.map(({ offset, length }) => offset + length);
  const part = Buffer.from(file.subarray(0, Math.max(HEADER_BYTES, programHeadersEnd(file), ...ends)));
  part.writeBigUInt64LE(0n, TABLE_AT);
  part.writeUInt16LE(0, ROWS_AT);
  part.writeUInt16LE(0, NAMES_AT);
  return part;
}

/** By e_phoff, e_phentsize and e_phnum. */
function programHeadersEnd(file: Buffer): number {
  return Number(file.readBigUInt64LE(32)) + file.readUInt16LE(54) * file.readUInt16LE(56);
}
