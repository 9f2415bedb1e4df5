/** Calls that read and change a descriptor's settings, or those of the process. */
import { boxedInteger, fieldOf, integerOf } from '../../spec/arguments';
import type { CallArgument } from '../../spec/model';
import { encodeInteger, encodeStructure } from '../../spec/structures';
import type { Resolved } from '../sockets';
import { all, type CallDeclaration, both, given, integerAt, onSocket } from './declaration';

const INTEGER_BYTES = 4;
/** Longer than any option. */
const MOST_BYTES = 1024 * 1024;

const CAPABILITY_SETS = ['effective', 'permitted', 'inheritable'] as const;

export const OPTION_CALLS: Readonly<Record<string, CallDeclaration>> = {
  setsockopt: onSocket((fd, call) =>
    both(integerAt(call, 1, 0), integerAt(call, 2, 0), (level, option) =>
      given(optionValue(call.args[3], boxedInteger(call.args[4])), (value) => ({
        value: { name: 'setsockopt', fd, level, option, value },
      })),
    ),
  ),

  getsockopt: onSocket((fd, call) =>
    both(integerAt(call, 1, 0), integerAt(call, 2, 0), (level, option) =>
      given(optionLength(boxedInteger(call.args[4]) ?? INTEGER_BYTES), (length) => ({
        value: { name: 'getsockopt', fd, level, option, length },
      })),
    ),
  ),

  fcntl: onSocket((fd, call) =>
    both(integerAt(call, 1, 0), integerAt(call, 2, 0), (command, argument) => ({
      value: { name: 'fcntl', fd, command, argument },
    })),
  ),

  ioctl: onSocket((fd, call) => given(integerAt(call, 1, 0), (request) => ({ value: { name: 'ioctl', fd, request } }))),

  poll: (call, { sockets }) => {
    const list = call.args[0];
    if (list?.kind !== 'list') return { problem: 'poll wants a list of {fd=, events=, revents=}' };
    const entries = all(
      list.items.map((item) =>
        given(sockets.descriptorOf(fieldOf(item, 'fd')), (fd) => ({
          value: { fd, events: integerOf(fieldOf(item, 'events')) ?? 0 },
        })),
      ),
    );
    return both(entries, integerAt(call, 2, 0), (known, timeoutMs) => ({
      value: { name: 'poll', entries: known, timeoutMs },
    }));
  },

  /** libcap's numbers: the set, the capability, and whether it is raised. */
  cap_set: (call) =>
    both(integerAt(call, 0, 0), integerAt(call, 1, 0), (number, capability) =>
      given(integerAt(call, 2, 0), (value) => {
        const set = CAPABILITY_SETS[number];
        if (set === undefined) return { problem: `there is no set of capabilities with the number ${number}` };
        return { value: { name: 'cap_set', set, capability, raised: value !== 0 } };
      }),
    ),
};

/** `[1]`, "bytes" or a structure such as {onoff=1, linger=0}, as the kernel takes it, in the length that is written. */
function optionValue(argument: CallArgument | undefined, length: number | undefined): Resolved<Uint8Array> {
  const bytes = argument === undefined ? undefined : bytesOf(argument);
  if (bytes === undefined) return { problem: 'the option value is neither a number, a string nor a known structure' };
  return given(optionLength(length ?? bytes.length), (size) => {
    const value = new Uint8Array(size);
    value.set(bytes.subarray(0, size));
    return { value };
  });
}

function optionLength(length: number): Resolved<number> {
  if (length >= 0 && length <= MOST_BYTES) return { value: length };
  return { problem: `an option of ${length} bytes cannot be passed; 0 to ${MOST_BYTES} can` };
}

function bytesOf(argument: CallArgument): Uint8Array | undefined {
  if (argument.kind === 'string') return argument.bytes;
  const integer = boxedInteger(argument);
  return integer === undefined ? encodeStructure(argument) : encodeInteger(integer);
}
