/** Bounds on what one file may ask for. */

/** Runs of one file, before its IP variants. A matrix beyond this is a mistake more often than a wish. */
export const DEFAULT_MAX_COMBINATIONS = 1_000;
