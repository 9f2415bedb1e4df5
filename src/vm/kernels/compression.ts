/** What kernels and modules are packed with: told by the first bytes, undone by the program that every system has for it. */
import { gunzipSync } from 'node:zlib';
import { messageOf } from '../../base/message';
import { KernelError } from './problem';
import { runTool } from './tool';

interface Packing {
  readonly name: string;
  readonly magic: string;
  readonly undo: (packed: Buffer, what: string) => Buffer;
}

const PACKINGS: readonly Packing[] = [
  { name: 'gzip', magic: '1f8b08', undo: gunzip },
  { name: 'xz', magic: 'fd377a585a00', undo: piped('xz', ['-dc'], 'xz-utils') },
  { name: 'zstd', magic: '28b52ffd', undo: piped('zstd', ['-dcq'], 'zstd') },
  { name: 'lz4', magic: '02214c18', undo: piped('lz4', ['-dcq'], 'lz4') },
  { name: 'lzma', magic: '5d0000', undo: piped('xz', ['--format=lzma', '-dc'], 'xz-utils') },
  { name: 'bzip2', magic: '425a68', undo: piped('bzip2', ['-dc'], 'bzip2') },
  { name: 'lzo', magic: '894c5a4f', undo: piped('lzop', ['-dcq'], 'lzop') },
];

/** What the bytes are packed with, by their beginning. */
export function packingOf(bytes: Buffer): string | undefined {
  return packing(bytes)?.name;
}

/** The bytes as they were. @param what names them, for an error @throws KernelError */
export function unpack(bytes: Buffer, what: string): Buffer {
  const found = packing(bytes);
  if (found === undefined)
    throw new KernelError(`${what} is packed in no way that is known (${bytes.toString('hex', 0, 8)})`);
  return found.undo(bytes, what);
}

function packing(bytes: Buffer): Packing | undefined {
  return PACKINGS.find(({ magic }) => bytes.toString('hex', 0, magic.length / 2) === magic);
}

function gunzip(packed: Buffer, what: string): Buffer {
  try {
    return gunzipSync(packed);
  } catch (error) {
    throw new KernelError(`${what} is damaged: ${messageOf(error)}`);
  }
}

function piped(program: string, args: readonly string[], debianPackage: string): Packing['undo'] {
  return (input, what) =>
    runTool(program, args, { trouble: `${what} cannot be unpacked`, package: debianPackage, input });
}
