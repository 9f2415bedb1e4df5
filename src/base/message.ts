/** What was thrown, as text. */

/** The message of an error; anything else that was thrown, as it prints. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
