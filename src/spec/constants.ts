/** Looking up constants and errors of the Linux system call interface by name. */
import { CONSTANTS } from './constant-table';
import { ERROR_NUMBERS } from './error-table';

/** The value of a constant such as `SO_REUSEADDR` or, as SO_ERROR gives it, `ECONNREFUSED`; `undefined` for others. */
export function constantValue(name: string): number | undefined {
  return CONSTANTS.get(name) ?? ERROR_NUMBERS.get(name);
}

/** The names of all constants, for hints. */
export function constantNames(): readonly string[] {
  return [...CONSTANTS.keys()];
}

/** The number behind a name such as `EAGAIN`; `undefined` for no error name. */
export function errorNumber(name: string): number | undefined {
  return ERROR_NUMBERS.get(name);
}

/** The names of all errors, for hints. */
export function errorNames(): readonly string[] {
  return [...ERROR_NUMBERS.keys()];
}
