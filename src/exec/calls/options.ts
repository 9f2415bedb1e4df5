/** Calls that read and change a descriptor's settings. */
import { integerOf } from '../../match/call';
import type { CallArgument } from '../../spec/model';
import type { Resolved } from '../sockets';
import { type CallDeclaration, both, integerAt, onSocket } from './declaration';

const INTEGER_BYTES = 4;

export const OPTION_CALLS: Readonly<Record<string, CallDeclaration>> = {
  setsockopt: onSocket((fd, call) =>
    both(integerAt(call, 1, 0), integerAt(call, 2, 0), (level, option) => {
      const value = optionValue(call.args[3]);
      return 'problem' in value ? value : { value: { name: 'setsockopt', fd, level, option, value: value.value } };
    }),
  ),

  getsockopt: onSocket((fd, call) =>
    both(integerAt(call, 1, 0), integerAt(call, 2, 0), (level, option) => ({
      value: { name: 'getsockopt', fd, level, option, length: optionLength(call.args[4]) },
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

/** `[1]`, `1`, `"bytes"` or a structure of ints such as {onoff=1, linger=0}, as the kernel takes it. */
function optionValue(argument: CallArgument | undefined): Resolved<Uint8Array> {
  if (argument?.kind === 'string') return { value: argument.bytes };
  const items = integersOf(argument);
  if (items === undefined)
    return { problem: 'the option value is neither a number, a string nor a structure of numbers' };
  const bytes = new Uint8Array(items.length * INTEGER_BYTES);
  const view = new DataView(bytes.buffer);
  items.forEach((item, index) => view.setInt32(index * INTEGER_BYTES, item, true));
  return { value: bytes };
}

function integersOf(argument: CallArgument | undefined): readonly number[] | undefined {
  if (argument === undefined) return undefined;
  const parts =
    argument.kind === 'list'
      ? argument.items
      : argument.kind === 'struct'
        ? argument.fields.map((field) => field.value)
        : [argument];
  const integers = parts.map(integerOf);
  return integers.every((value) => value !== undefined) ? integers : undefined;
}

function optionLength(argument: CallArgument | undefined): number {
  const item = argument?.kind === 'list' ? argument.items[0] : argument;
  return (item === undefined ? undefined : integerOf(item)) ?? INTEGER_BYTES;
}
