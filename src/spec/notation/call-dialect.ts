/**
 * What packetdrill writes with numbers, in the terms of the model: descriptors are names (`3` is the one called 3), and
 * 0 in the place of a buffer is NULL.
 */
import type { Call, CallArgument, CallResult } from '../model';
import { type ParameterKind, SHAPES } from './call-shape';
import { CALLS } from './call-table';
import type { Span } from '../source';

/** The call with names in place of the numbers of descriptors. What does not suit the call stays as it is. */
export function withNames(call: Call, resultSpan: Span): Call {
  const signature = CALLS.get(call.name);
  if (signature === undefined) return call;
  const args = call.args.map((argument, index) => {
    const kind = signature.parameters[index]?.kind;
    return kind === undefined ? argument : translate(argument, kind);
  });
  const result = signature.givesSocket ? named(call.result, resultSpan) : call.result;
  return { ...call, args, result };
}

function named(result: CallResult, span: Span): CallResult {
  if (result.kind !== 'value' || result.value < 0 || result.errno !== undefined) return result;
  return { kind: 'socket', name: String(result.value), span };
}

function translate(argument: CallArgument, kind: ParameterKind): CallArgument {
  const shape = SHAPES[kind];
  switch (shape.form) {
    case 'leaf':
      return argument.kind === 'integer' ? translateNumber(argument, kind) : argument;
    case 'list':
      return argument.kind === 'list'
        ? { ...argument, items: argument.items.map((item) => translate(item, shape.item)) }
        : argument;
    case 'structure':
      return argument.kind === 'struct' ? translateStructure(argument, kind) : argument;
    case 'choice': {
      const chosen = shape.choose(argument);
      return chosen === undefined ? argument : translate(argument, chosen);
    }
  }
}

function translateNumber(argument: Extract<CallArgument, { kind: 'integer' }>, kind: ParameterKind): CallArgument {
  const { value, span } = argument;
  switch (kind) {
    case 'socket':
    case 'new-socket':
      // A negative number is EBADF on purpose.
      return value < 0 ? argument : { kind: 'socket', name: String(value), span };
    case 'input-buffer':
    case 'output-buffer':
    case 'offset':
      return value === 0 ? { kind: 'null', span } : argument;
    default:
      return argument;
  }
}

function translateStructure(argument: Extract<CallArgument, { kind: 'struct' }>, kind: ParameterKind): CallArgument {
  const shape = SHAPES[kind];
  if (shape.form !== 'structure') return argument;
  const fields = argument.fields.map(({ name, value }) => {
    const field = shape.fields.get(name);
    return field === undefined ? { name, value } : { name, value: translate(value, field.kind) };
  });
  // Events that are not written are compared all the same: there must be none.
  const isSilent = kind === 'poll-entry' && !fields.some(({ name }) => name === 'revents');
  const none: CallArgument = { kind: 'integer', value: 0, span: argument.span };
  return { ...argument, fields: isSilent ? [...fields, { name: 'revents', value: none }] : fields };
}
