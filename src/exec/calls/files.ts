/** Files and pipes, and calls that move data from one descriptor to another. */
import { boxedInteger } from '../../spec/arguments';
import type { CallArgument } from '../../spec/model';
import { type CallDeclaration, both, given, integerAt, onSocket } from './declaration';

export const FILE_CALLS: Readonly<Record<string, CallDeclaration>> = {
  open: (call, { sockets }) => {
    const [path] = call.args;
    if (path?.kind !== 'string') return { problem: 'open wants a "path"' };
    return given(integerAt(call, 1, 0), (flags) => ({
      value: { name: 'open', path: pathOf(path.bytes), flags, folder: sockets.folder() },
    }));
  },

  sendfile: onSocket((output, call, { sockets }) =>
    both(sockets.descriptorOf(call.args[1]), integerAt(call, 3, 0), (input, count) => ({
      value: { name: 'sendfile', output, input, ...offset('offset', call.args[2]), count },
    })),
  ),

  pipe: () => ({ value: { name: 'pipe' } }),

  splice: onSocket((input, call, { sockets }) =>
    both(sockets.descriptorOf(call.args[2]), integerAt(call, 4, 0), (output, count) =>
      given(integerAt(call, 5, 0), (flags) => ({
        value: {
          name: 'splice',
          input,
          ...offset('inputOffset', call.args[1]),
          output,
          ...offset('outputOffset', call.args[3]),
          count,
          flags,
        },
      })),
    ),
  ),
};

/** As C reads it: up to the first zero. */
function pathOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The field of this name, when the argument is `[number]`; nothing for NULL. */
function offset<N extends string>(name: N, argument: CallArgument | undefined): { readonly [K in N]?: number } {
  const value = boxedInteger(argument);
  // A computed name widens the type to any text.
  return value === undefined ? {} : ({ [name]: value } as { readonly [K in N]?: number });
}
