/** A host's errors as data, with the line of the spec that is to blame. */
import { HostError } from '../host/host';
import type { HostTrouble } from '../trace/trace';

/** An error that one line of the spec is to blame for. */
class LineError extends Error {
  readonly line: number;

  constructor(line: number, cause: unknown) {
    super('', { cause });
    this.line = line;
  }
}

/** Runs the body; what it throws is blamed on the line. */
export function atLine(line: number, body: () => void): void {
  try {
    body();
  } catch (error) {
    throw new LineError(line, error);
  }
}

/** As `atLine`, for a body that takes its time. */
export async function atLineAsync(line: number, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    throw new LineError(line, error);
  }
}

/** A host's error as data. Anything else is a defect of the harness, and goes on its way. */
export function troubleOf(error: unknown): HostTrouble {
  const inner = error instanceof LineError ? error.cause : error;
  if (!(inner instanceof HostError)) throw inner;
  return {
    code: inner.code,
    message: inner.message,
    ...(inner.hint === undefined ? {} : { hint: inner.hint }),
    ...(error instanceof LineError ? { line: error.line } : {}),
  };
}
