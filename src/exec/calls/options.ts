/** Calls that read and change a descriptor's settings. */
import { boxedInteger, integerOf } from '../../match/call';
import type { CallArgument } from '../../spec/model';
import { fieldPlace } from '../../spec/structures';
import type { Resolved } from '../sockets';
import { type CallDeclaration, both, integerAt, onSocket } from './declaration';

const INTEGER_BYTES = 4;

export const OPTION_CALLS: Readonly<Record<string, CallDeclaration>> = {
  setsockopt: onSocket((fd, call) =>
    both(integerAt(call, 1, 0), integerAt(call, 2, 0), (level, option) => {
      const value = optionValue(call.args[3], boxedInteger(call.args[4]));
      return 'problem' in value ? value : { value: { name: 'setsockopt', fd, level, option, value: value.value } };
    }),
  ),

  getsockopt: onSocket((fd, call) =>
    both(integerAt(call, 1, 0), integerAt(call, 2, 0), (level, option) => ({
      value: { name: 'getsockopt', fd, level, option, length: boxedInteger(call.args[4]) ?? INTEGER_BYTES },
    })),
  ),

  fcntl: onSocket((fd, call) =>
    both(integerAt(call, 1, 0), integerAt(call, 2, 0), (command, argument) => ({
      value: { name: 'fcntl', fd, command, argument },
    })),
  ),

  ioctl: onSocket((fd, call) => {
    const request = integerAt(call, 1, 0);
    return 'problem' in request ? request : { value: { name: 'ioctl', fd, request: request.value } };
  }),

  poll: (call, { sockets }) => {
    const list = call.args[0];
    const timeoutMs = integerAt(call, 2, 0);
    if (list?.kind !== 'list') return { problem: 'poll wants a list of {fd=, events=, revents=}' };
    if ('problem' in timeoutMs) return timeoutMs;
    const entries: { fd: number; events: number }[] = [];
    for (const item of list.items) {
      const fd = sockets.descriptorOf(fieldOf(item, 'fd'));
      if ('problem' in fd) return fd;
      const events = fieldOf(item, 'events');
      entries.push({ fd: fd.value, events: events === undefined ? 0 : (integerOf(events) ?? 0) });
    }
    return { value: { name: 'poll', entries, timeoutMs: timeoutMs.value } };
  },
};

function fieldOf(item: CallArgument, name: string): CallArgument | undefined {
  return item.kind === 'struct' ? item.fields.find((field) => field.name === name)?.value : undefined;
}

/** `[1]`, `1`, `"bytes"` or a structure such as {onoff=1, linger=0}, as the kernel takes it, in the length that is written. */
function optionValue(argument: CallArgument | undefined, length: number | undefined): Resolved<Uint8Array> {
  const bytes = argument?.kind === 'string' ? argument.bytes : bytesOf(integersOf(argument));
  if (bytes === undefined) return { problem: 'the option value is neither a number, a string nor a known structure' };
  const value = new Uint8Array(length ?? bytes.length);
  value.set(bytes.subarray(0, value.length));
  return { value };
}

function bytesOf(integers: readonly number[] | undefined): Uint8Array | undefined {
  if (integers === undefined) return undefined;
  const bytes = new Uint8Array(integers.length * INTEGER_BYTES);
  const view = new DataView(bytes.buffer);
  integers.forEach((integer, index) => view.setInt32(index * INTEGER_BYTES, integer, true));
  return bytes;
}

function integersOf(argument: CallArgument | undefined): readonly number[] | undefined {
  if (argument === undefined) return undefined;
  if (argument.kind === 'struct') return structureOf(argument);
  const integers = (argument.kind === 'list' ? argument.items : [argument]).map(integerOf);
  return integers.every((value) => value !== undefined) ? integers : undefined;
}

function structureOf({ fields }: Extract<CallArgument, { kind: 'struct' }>): readonly number[] | undefined {
  const integers: number[] = [];
  for (const { name, value } of fields) {
    const place = fieldPlace(name);
    const integer = integerOf(value);
    if (place === undefined || integer === undefined) return undefined;
    integers[place] = integer;
  }
  return Array.from(integers, (integer) => integer ?? 0);
}
