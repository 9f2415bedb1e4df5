/**
 * Why a kernel cannot be had or used: a reason outside of this program, with the way out.
 *
 * Inside of this folder the first such reason ends the work on a kernel, so it is thrown; whoever asked gets a value.
 */

export interface KernelProblem {
  /** What is wrong, with the file or the package. */
  readonly message: string;
  /** What to do about it; may be empty. */
  readonly hint: string;
}

export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly hint: string;

  constructor(message: string, hint = '') {
    super(message);
    this.hint = hint;
  }
}

export type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly problem: KernelProblem };

/** What the action gives, or why it could not: a `KernelError`, or a call that the system refused. */
export function attempt<T>(action: () => T): Attempt<T> {
  try {
    return { kind: 'done', value: action() };
  } catch (error) {
    if (error instanceof KernelError) return { kind: 'refused', problem: { message: error.message, hint: error.hint } };
    if (isSystemError(error)) return { kind: 'refused', problem: { message: error.message, hint: wayOut(error) } };
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

function wayOut({ code, syscall }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'the disk is full: `packetspec kernels rm` frees what was fetched';
  // Only the cache is written to.
  if (code === 'EROFS' || syscall === 'mkdir') return 'set XDG_CACHE_HOME to a folder that can be written';
  return '';
}
