/**
 * Whether a call's arguments and result suit it: count and kind of each, constants that exist.
 */
import { constantNames, constantValue } from '../constants';
import type { Call, CallArgument, StructField } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { didYouMean, listNames, nearestName } from '../suggest';
import { CALLS } from './call-table';
import type { CallSignature, Parameter, ParameterKind } from './call-table';

export interface CallPlaces {
  readonly name: Span;
  readonly result: Span;
}

/** True when the call can be made; reports what is wrong with it otherwise. */
export function checkCall(call: Call, places: CallPlaces, complaints: Complaints): boolean {
  const signature = CALLS.get(call.name);
  if (signature === undefined) {
    const nearest = nearestName(call.name, CALLS.keys());
    const hint =
      nearest === undefined ? `known calls: ${listNames([...CALLS.keys()], 'and')}` : `did you mean \`${nearest}\`?`;
    complaints.report(errorAt(places.name, 'unknown-call', `unknown system call \`${call.name}\``, hint));
    return false;
  }
  const countFits = checkCount(call, signature, complaints);
  let fits = countFits;
  call.args.forEach((argument, index) => {
    const parameter = signature.parameters[index];
    if (parameter !== undefined && countFits && !checkArgument(call, argument, parameter, complaints)) fits = false;
  });
  if (countFits && !checkLengths(call, complaints)) fits = false;
  return checkResult(call, signature, places, complaints) && fits;
}

function checkCount(call: Call, signature: CallSignature, complaints: Complaints): boolean {
  const most = signature.parameters.length;
  const least = signature.required ?? most;
  const count = call.args.length;
  if (count >= least && count <= most) return true;
  const wanted = least === most ? `${most}` : `${least} or ${most}`;
  const usage = `${call.name}(${signature.parameters.map(({ name }) => name).join(', ')})`;
  complaints.report(
    errorAt(call.span, 'bad-call', `\`${call.name}\` takes ${wanted} arguments, not ${count}`, `usage: \`${usage}\``),
  );
  return false;
}

function checkResult(call: Call, signature: CallSignature, places: CallPlaces, complaints: Complaints): boolean {
  const { result } = call;
  if (result.kind === 'socket') {
    if (signature.givesSocket) return true;
    const hint = 'write the number that it returns: `= 0`, or `= -1 ERRNO`';
    complaints.report(
      errorAt(
        places.result,
        'bad-call',
        `\`${call.name}\` gives no new socket that could be named \`${result.name}\``,
        hint,
      ),
    );
    return false;
  }
  if (!signature.givesSocket || result.value < 0) return true;
  const hint = `write \`${call.name}(...) = app\` and use \`app\` from then on`;
  complaints.report(
    errorAt(places.result, 'bad-call', `\`${call.name}\` gives a new socket, which needs a name, not a number`, hint),
  );
  return false;
}

/** What each kind of parameter may be, in words. */
const WORDING: Readonly<Record<ParameterKind, string>> = {
  socket: 'the name of a socket',
  number: 'a number or constants',
  'number-or-ellipsis': 'a number, a constant or `...`',
  address: '`...` (the harness knows the address)',
  'address-or-unspec': '`...` (the harness knows the address) or `AF_UNSPEC`',
  supplied: '`...`',
  'output-buffer': '`...` (zeros) or "text"',
  'input-buffer': '`...` (any content) or "text"',
  'option-value': '`[number]`, "bytes", `{onoff=1, linger=0}` or `...`',
  'option-length': 'a number, `[number]` or `...`',
  'boxed-number': '`[number]` or `...`',
  'poll-list': '`[{fd=NAME, events=POLLIN, revents=POLLIN}]`',
};

function checkArgument(call: Call, argument: CallArgument, parameter: Parameter, complaints: Complaints): boolean {
  if (argument.kind === 'socket' && parameter.kind !== 'socket' && takesConstants(parameter.kind)) {
    return unknownConstant(argument.name, argument.span, complaints);
  }
  if (!checkSymbols(argument, complaints)) return false;
  if (suits(argument, parameter.kind)) return true;
  const message = `the ${parameter.name} of \`${call.name}\` is ${WORDING[parameter.kind]}`;
  complaints.report(errorAt(argument.span, 'bad-call', message, socketHint(argument, parameter.kind)));
  return false;
}

function socketHint(argument: CallArgument, kind: ParameterKind): string | undefined {
  if (kind === 'socket' && argument.kind === 'integer')
    return 'sockets have names here: the one that an earlier call gave with `= name`';
  return undefined;
}

function takesConstants(kind: ParameterKind): boolean {
  return kind === 'number' || kind === 'number-or-ellipsis' || kind === 'option-length';
}

/** Every constant in the argument, however deep, must be known. */
function checkSymbols(argument: CallArgument, complaints: Complaints): boolean {
  switch (argument.kind) {
    case 'symbols': {
      const unknown = argument.names.find((name) => constantValue(name) === undefined);
      return unknown === undefined || unknownConstant(unknown, argument.span, complaints);
    }
    case 'list':
      return argument.items.every((item) => checkSymbols(item, complaints));
    case 'struct':
      return argument.fields.every(({ value }) => checkSymbols(value, complaints));
    case 'ellipsis':
    case 'integer':
    case 'string':
    case 'socket':
      return true;
  }
}

function unknownConstant(name: string, span: Span, complaints: Complaints): false {
  complaints.report(errorAt(span, 'bad-call', `unknown constant \`${name}\``, didYouMean(name, constantNames()).hint));
  return false;
}

function suits(argument: CallArgument, kind: ParameterKind): boolean {
  const isEllipsis = argument.kind === 'ellipsis';
  switch (kind) {
    case 'socket':
      return argument.kind === 'socket' || isBadDescriptor(argument);
    case 'number':
      return isNumber(argument);
    case 'number-or-ellipsis':
      return isNumber(argument) || isEllipsis;
    case 'address':
      return isEllipsis;
    case 'address-or-unspec':
      return isEllipsis || (argument.kind === 'symbols' && argument.names.join() === 'AF_UNSPEC');
    case 'supplied':
      return isEllipsis;
    case 'output-buffer':
    case 'input-buffer':
      return isEllipsis || argument.kind === 'string';
    case 'option-value':
      return isEllipsis || argument.kind === 'string' || isOptionStruct(argument) || isBoxed(argument);
    case 'option-length':
      return isEllipsis || isNumber(argument) || isBoxed(argument);
    case 'boxed-number':
      return isEllipsis || isBoxed(argument);
    case 'poll-list':
      return argument.kind === 'list' && argument.items.every(isPollEntry);
  }
}

/** `-1` as a descriptor: EBADF on purpose. */
function isBadDescriptor(argument: CallArgument): boolean {
  return argument.kind === 'integer' && argument.value < 0;
}

function isNumber(argument: CallArgument): boolean {
  return argument.kind === 'integer' || argument.kind === 'symbols';
}

function isBoxed(argument: CallArgument): boolean {
  const [item] = argument.kind === 'list' ? argument.items : [];
  return (
    argument.kind === 'list' &&
    argument.items.length === 1 &&
    item !== undefined &&
    (isNumber(item) || item.kind === 'ellipsis')
  );
}

/** struct linger, the one structure that an option takes. */
function isOptionStruct(argument: CallArgument): boolean {
  return argument.kind === 'struct' && hasFields(argument.fields, { onoff: isNumber, linger: isNumber });
}

function isPollEntry(argument: CallArgument): boolean {
  const isSocket = (value: CallArgument) => value.kind === 'socket' || isBadDescriptor(value);
  return (
    argument.kind === 'struct' && hasFields(argument.fields, { fd: isSocket, events: isNumber, revents: isNumber })
  );
}

function hasFields(
  fields: readonly StructField[],
  wanted: Readonly<Record<string, (value: CallArgument) => boolean>>,
): boolean {
  const names = Object.keys(wanted);
  if (fields.length !== names.length) return false;
  return names.every((name) => fields.some((field) => field.name === name && wanted[name]?.(field.value) === true));
}

/** A text in the buffer must be as long as the length says, or longer. */
function checkLengths(call: Call, complaints: Complaints): boolean {
  const [, buffer, length] = call.args;
  if (!['write', 'send', 'sendto'].includes(call.name)) return true;
  if (buffer?.kind !== 'string' || length?.kind !== 'integer' || length.value <= buffer.bytes.length) return true;
  const message = `the text has ${buffer.bytes.length} bytes, ${length.value} are to be written`;
  complaints.report(errorAt(length.span, 'bad-call', message));
  return false;
}
