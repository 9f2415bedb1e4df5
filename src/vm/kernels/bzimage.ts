/**
 * The bzImage of x86: a real-mode part with the setup header, then the code that unpacks the payload, an ELF image.
 *
 * Source: Documentation/arch/x86/boot.rst.
 */
import { type Bytes, textAt } from './bytes';
import { packingOf, unpack } from './compression';
import { KernelError } from './problem';

const SECTOR = 512;
const HEADER_BYTES = 0x250;
/** From the protocol 2.08 on, which came with Linux 2.6.24, the header tells where the payload is. */
const OLDEST_PROTOCOL = 0x0208;
const FLAGS_PROTOCOL = 0x020c;
const XLF_KERNEL_64 = 1;

export type BzImage =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'truncated'; readonly has: number; readonly wants: number }
  | {
      readonly kind: 'bzImage';
      /** `uname -r`; empty when the header does not say. */
      readonly release: string;
      readonly payload: { readonly offset: number; readonly length: number };
    };

/** Reads the setup header. */
export function readBzImage(bytes: Bytes): BzImage {
  const header = bytes.read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES || header.toString('latin1', 0x202, 0x206) !== 'HdrS') return { kind: 'none' };
  const protocol = header.readUInt16LE(0x206);
  if (protocol < OLDEST_PROTOCOL) return { kind: 'refused', reason: 'is older than Linux 2.6.24' };
  const is64 = protocol < FLAGS_PROTOCOL || (header.readUInt16LE(0x236) & XLF_KERNEL_64) !== 0;
  if (!is64) return { kind: 'refused', reason: 'is for i386; a kernel for x86-64 is wanted' };
  // For the sake of bootloaders before 1995, none means four.
  const realModeBytes = ((header[0x1f1] || 4) + 1) * SECTOR;
  const payload = { offset: realModeBytes + header.readUInt32LE(0x248), length: header.readUInt32LE(0x24c) };
  const wants = Math.max(payload.offset + payload.length, realModeBytes + header.readUInt32LE(0x1f4) * 16);
  if (wants > bytes.size) return { kind: 'truncated', has: bytes.size, wants };
  const version = header.readUInt16LE(0x20e);
  const banner = version === 0 ? '' : textAt(bytes, SECTOR + version);
  return { kind: 'bzImage', release: banner.split(' ')[0] ?? '', payload };
}

/** The ELF image that is packed into it. @param what names it, for an error @throws KernelError */
export function unpackBzImage(
  bytes: Bytes,
  payload: { readonly offset: number; readonly length: number },
  what: string,
): Buffer {
  const packed = bytes.read(payload.offset, payload.length);
  if (packed.length < 4) throw new KernelError(`${what} is damaged: its payload has ${packed.length} bytes`);
  const wants = packed.readUInt32LE(packed.length - 4);
  // The build appends the size where the packing does not end with it by itself.
  const body = packingOf(packed) === 'gzip' ? packed : packed.subarray(0, -4);
  const image = unpack(body, `the payload of ${what}`);
  if (image.length !== wants)
    throw new KernelError(`${what} is damaged: its payload has ${image.length} bytes, and ${wants} are wanted`);
  return image;
}
