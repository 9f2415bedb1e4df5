/**
 * Whether a call's arguments and result suit it: count and kind of each, constants that exist.
 */
import { constantNames, constantValue } from '../constants';
import type { Call, CallArgument, StructField } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { didYouMean, listNames, nearestName, oneOf } from '../suggest';
import { checkAgreement } from './call-agreement';
import { type ParameterKind, SHAPES, type Shape, WIDE_KINDS } from './call-shape';
import { CALLS } from './call-table';
import type { CallSignature } from './call-table';
import type { Dialect } from './scanner';

export interface CallPlaces {
  readonly name: Span;
  readonly result: Span;
}

/** True when the call can be made; reports what is wrong with it otherwise. */
export function checkCall(call: Call, places: CallPlaces, complaints: Complaints, dialect: Dialect): boolean {
  const signature = CALLS.get(call.name);
  if (signature === undefined) {
    const nearest = nearestName(call.name, CALLS.keys());
    const hint =
      nearest === undefined ? `known calls: ${listNames(supportedCalls(), 'and')}` : `did you mean \`${nearest}\`?`;
    complaints.report(errorAt(places.name, 'unknown-call', `unknown system call \`${call.name}\``, hint));
    return false;
  }
  if (signature.unsupported !== undefined && dialect === 'yaml') {
    const message = `packetspec has no ${signature.unsupported}, which \`${call.name}\` needs`;
    complaints.report(errorAt(places.name, 'unknown-call', message));
    return false;
  }
  const countFits = checkCount(call, signature, complaints);
  const check = new ArgumentCheck(complaints, dialect);
  let fits = countFits;
  call.args.forEach((argument, index) => {
    const parameter = signature.parameters[index];
    if (parameter === undefined || !countFits) return;
    if (!check.fits(argument, parameter.kind, `the ${parameter.name} of \`${call.name}\``)) fits = false;
  });
  if (fits && !checkAgreement(call, complaints, dialect)) fits = false;
  return checkResult(call, signature, places, complaints) && fits;
}

function supportedCalls(): readonly string[] {
  return [...CALLS].flatMap(([name, { unsupported }]) => (unsupported === undefined ? [name] : []));
}

function checkCount(call: Call, signature: CallSignature, complaints: Complaints): boolean {
  const most = signature.parameters.length;
  const least = signature.required ?? most;
  const count = call.args.length;
  if (count >= least && count <= most) return true;
  const wanted = least === most ? `${most}` : `${least} or ${most}`;
  const noun = most === 1 ? 'argument' : 'arguments';
  const usage = `${call.name}(${signature.parameters.map(({ name }) => name).join(', ')})`;
  complaints.report(
    errorAt(call.span, 'bad-call', `\`${call.name}\` takes ${wanted} ${noun}, not ${count}`, `usage: \`${usage}\``),
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

/** Looks at arguments, and at what stands inside them, however deep. `place` says in words where that is. */
class ArgumentCheck {
  readonly #complaints: Complaints;
  readonly #dialect: Dialect;

  constructor(complaints: Complaints, dialect: Dialect) {
    this.#complaints = complaints;
    this.#dialect = dialect;
  }

  fits(argument: CallArgument, kind: ParameterKind, place: string): boolean {
    const shape = SHAPES[kind];
    switch (shape.form) {
      case 'leaf':
        return this.#leafFits(argument, kind, shape, place);
      case 'list':
        return this.#listFits(argument, shape, place);
      case 'structure':
        return argument.kind === 'struct'
          ? this.#structureFits(argument.fields, argument.span, shape, place)
          : this.#unfit(argument, shape.words, place);
      case 'choice': {
        const chosen = shape.choose(argument);
        if (chosen !== undefined) return this.fits(argument, chosen, place);
        return this.#constantsExist(argument) && this.#unfit(argument, shape.words, place);
      }
    }
  }

  #leafFits(
    argument: CallArgument,
    kind: ParameterKind,
    shape: Extract<Shape, { form: 'leaf' }>,
    place: string,
  ): boolean {
    if (argument.kind === 'socket' && kind.startsWith('number'))
      return this.#unknownConstant(argument.name, argument.span);
    if (!this.#constantsExist(argument)) return false;
    if (shape.accepts(argument)) return WIDE_KINDS.has(kind) || this.#isNarrow(argument);
    const isDescriptor = kind === 'socket' || kind === 'new-socket';
    if (isDescriptor && this.#dialect === 'packetdrill')
      return this.#unfit(argument, 'the number of a descriptor', place);
    const hint = isDescriptor && argument.kind === 'integer' ? NAMES_HINT : undefined;
    return this.#unfit(argument, shape.words, place, hint);
  }

  #listFits(argument: CallArgument, shape: Extract<Shape, { form: 'list' }>, place: string): boolean {
    if (argument.kind !== 'list' || (shape.count !== undefined && argument.items.length !== shape.count))
      return this.#unfit(argument, shape.words, place);
    const results = argument.items.map((item) => this.fits(item, shape.item, `an item in ${place}`));
    return results.every(Boolean);
  }

  #structureFits(
    written: readonly StructField[],
    span: Span,
    { fields, oneOf: choices, words }: Extract<Shape, { form: 'structure' }>,
    place: string,
  ): boolean {
    const seen = new Set<string>();
    let fits = true;
    for (const { name, value } of written) {
      const field = fields.get(name);
      if (field === undefined) {
        fits = this.#fail(value.span, `${place} has no field \`${name}\``, oneOf(name, [...fields.keys()]).hint);
      } else if (seen.has(name)) {
        fits = this.#fail(value.span, `${place} has the field \`${name}\` twice`);
      } else if (!this.fits(value, field.kind, `\`${name}\` in ${place}`)) {
        fits = false;
      }
      seen.add(name);
    }
    if (!fits) return false;
    const missing = [...fields].find(([name, { required }]) => required && !seen.has(name))?.[0];
    if (missing !== undefined) return this.#fail(span, `${place} lacks \`${missing}\``, `write ${words}`);
    if (choices === undefined || choices.filter((name) => seen.has(name)).length === 1) return true;
    return this.#fail(span, `${place} has exactly one of ${listNames(choices)}`, `write ${words}`);
  }

  /** Every constant in the argument, however deep, must be known. */
  #constantsExist(argument: CallArgument): boolean {
    switch (argument.kind) {
      case 'symbols': {
        const unknown = argument.names.find((name) => constantValue(name) === undefined);
        return unknown === undefined || this.#unknownConstant(unknown, argument.span);
      }
      case 'list':
        return argument.items.every((item) => this.#constantsExist(item));
      case 'struct':
        return argument.fields.every(({ value }) => this.#constantsExist(value));
      case 'ellipsis':
      case 'integer':
      case 'string':
      case 'socket':
      case 'null':
        return true;
    }
  }

  /** 32 bits, signed or not. */
  #isNarrow(argument: CallArgument): boolean {
    if (argument.kind === 'list') return argument.items.every((item) => this.#isNarrow(item));
    if (argument.kind !== 'integer' || fitsInt(argument.value)) return true;
    return this.#fail(argument.span, `${argument.value} does not fit in 32 bits`);
  }

  #unknownConstant(name: string, span: Span): false {
    return this.#fail(span, `unknown constant \`${name}\``, didYouMean(name, constantNames()).hint);
  }

  #unfit(argument: CallArgument, words: string, place: string, hint?: string): false {
    return this.#fail(argument.span, `${place} is ${words}`, hint);
  }

  #fail(span: Span, message: string, hint?: string): false {
    this.#complaints.report(errorAt(span, 'bad-call', message, hint));
    return false;
  }
}

const NAMES_HINT = 'sockets have names here: the one that an earlier call gave with `= name`';

/** Whether a number is one of 32 bits, signed or not. */
export function fitsInt(value: number): boolean {
  return value >= -0x8000_0000 && value <= 0xffff_ffff;
}
