/** Standard output that breaks in the middle: what was not printed was not seen, but the verdict stands. */
import { EXIT } from './exit-codes';

/**
 * From now on a full disk behind standard output is noted instead of thrown. When nobody reads any more, head(1) for
 * one, the process ends at once.
 * @returns what asks whether something was lost: the reason, or nothing
 */
export function guardStandardOutput(): () => string | undefined {
  let problem: string | undefined;
  const note = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') process.exit(EXIT.errored);
    problem ??= `standard output could not be written: ${error.message}`;
  };
  process.stdout.on('error', note);
  // Where standard error is full, too, the exit code is all that is left to tell.
  process.stderr.on('error', () => undefined);
  return () => problem;
}
