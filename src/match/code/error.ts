/** An exception of the program in a code block: it ends the block, and `CodeRunner` turns it into a value. */
export class PythonError extends Error {
  override readonly name = 'PythonError';
  /** Python's name of it, such as `ZeroDivisionError`; `LimitError` where packetspec gives up and Python would not. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export function typeError(message: string): PythonError {
  return new PythonError('TypeError', message);
}

export function valueError(message: string): PythonError {
  return new PythonError('ValueError', message);
}
