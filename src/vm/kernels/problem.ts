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
    if (error instanceof Error && 'syscall' in error) {
      const isFull = 'code' in error && error.code === 'ENOSPC';
      const hint = isFull ? 'the disk is full: `packetspec kernels rm` frees what was fetched' : '';
      return { kind: 'refused', problem: { message: error.message, hint } };
    }
    throw error;
  }
}
