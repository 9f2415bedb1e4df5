/** What can go wrong with a guest, as an error inside this folder and as data outside of it. */
import type { HostTrouble } from '../trace/trace';

export type VmTroubleCode =
  | 'vm-no-qemu'
  | 'vm-qemu-too-old'
  | 'vm-no-space'
  | 'vm-cache'
  /** No guest starts from it. */
  | 'vm-snapshot'
  | 'vm-kernel-unfit'
  | 'vm-panicked'
  | 'vm-died'
  | 'vm-hung';

/** What to do about a full disk. */
export const NO_SPACE_HINT = 'set XDG_CACHE_HOME to a folder with a few gigabytes of room';

export class VmError extends Error {
  override readonly name = 'VmError';
  readonly code: VmTroubleCode;
  readonly hint: string | undefined;

  constructor(code: VmTroubleCode, message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

/** The error as data. Anything else is a defect of the harness, and goes on its way. */
export function vmTroubleOf(error: unknown): HostTrouble {
  if (!(error instanceof VmError)) throw error;
  const { code, message, hint } = error;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
