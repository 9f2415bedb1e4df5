/** The memory that calls read into and write from: sizes, contents, and lists of several. */
import type { InputBuffer, OutputBuffer } from '../../host/host';
import { fieldOf, integerOf, itemsOf } from '../../spec/arguments';
import type { CallArgument } from '../../spec/model';
import type { Resolved } from '../sockets';
import { all } from './declaration';

/** More memory than this is a mistake in a spec, and would be one in the harness. */
const MOST_BYTES = 256 * 1024 * 1024;

/** What a receiving call fills: `...` is memory of this size, NULL is none. */
export function inputBuffer(argument: CallArgument | undefined, size: number): Resolved<InputBuffer> {
  if (argument?.kind === 'null') return { value: { size, isNull: true } };
  return problemOfSize(size) ?? { value: { size, isNull: false } };
}

/** What a sending call sends: the text that is written, zeros of the size for `...`, or NULL. */
export function outputBuffer(argument: CallArgument | undefined, size: number): Resolved<OutputBuffer> {
  if (argument?.kind === 'null') return { value: { kind: 'null', size } };
  const problem = problemOfSize(size);
  if (problem !== undefined) return problem;
  const bytes = new Uint8Array(size);
  if (argument?.kind === 'string') bytes.set(argument.bytes.subarray(0, size));
  return { value: { kind: 'bytes', bytes } };
}

function problemOfSize(size: number): { readonly problem: string } | undefined {
  if (size >= 0 && size <= MOST_BYTES) return undefined;
  return { problem: `a buffer of ${size} bytes cannot be made; 0 to ${MOST_BYTES} can` };
}

/** Each buffer of `[{..., n}, ...]`. */
export function buffersOf<T>(
  vector: CallArgument | undefined,
  make: (argument: CallArgument | undefined, size: number) => Resolved<T>,
): Resolved<readonly T[]> {
  return all(
    itemsOf(vector).map((piece) => make(fieldOf(piece, 'iov_base'), integerOf(fieldOf(piece, 'iov_len')) ?? 0)),
  );
}
