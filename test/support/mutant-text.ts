/** How the text of one expectation is made wrong: numbers, segments, calls. Nothing is known here about files. */

/** A changed text, and what a failed check must then name. */
export interface Change {
  readonly what: string;
  readonly text: string;
  /** The field of the mismatch. */
  readonly field: string;
}

/** An expectation that no change of its text makes wrong, with the reason. */
export interface Unchangeable {
  readonly what: string;
  readonly reason: Reason;
}

/** Why the text of something that stands in an expectation can be anything. */
export type Reason =
  /** The number of a SYN is what the spec calls it: the others are counted from it. */
  | 'origin of the sequence space'
  /** The value of a timestamp is what the spec calls it; its echo is compared. */
  | 'name of a timestamp'
  /** `*` fits whatever comes. */
  | 'written as free'
  /** What is handed to the kernel, and not what comes back. */
  | 'input of a call'
  /** A repetition without `then` says nothing about what comes behind it. */
  | 'no end of the repetitions'
  /** How long a real program may take: shorter would depend on the machine. */
  | 'patience with a server'
  /** The step does not count on this kernel. */
  | 'another kernel';

export interface Changes {
  readonly changes: readonly Change[];
  readonly unchangeable: readonly Unchangeable[];
}

/** A number, or a template, as it stands in a notation. */
const NUMBER = String.raw`(?:\d+|\$\{[^}]*\})`;

/** What a notation has that matches `NUMBER`, with something added. @throws for anything else */
function moved(text: string, difference = 1): string {
  const sum = plus(text, difference);
  if (sum === undefined) throw new Error(`not a number: ${text}`);
  return sum;
}

/** Adds to a number or to a template; `undefined` for anything else. */
export function plus(text: string, difference: number): string | undefined {
  if (/^-?\d+$/.test(text)) return String(Number(text) + difference);
  const template = /^\$\{([^}]*)\}$/.exec(text)?.[1];
  return template === undefined ? undefined : `\${(${template}) + (${difference})}`;
}

const STATES = [
  ...['LISTEN', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT'],
  ...['CLOSE_WAIT', 'LAST_ACK', 'CLOSED'],
];
const TIMERS = ['off', 'on', 'keepalive', 'timewait', 'persist'];

/** Further from a value than anything that it passes through on its way. */
const FAR = 1000;

/** A value that does not fit where this one does; for one that is waited for, neither before nor after. */
export function otherValue(text: string, isAwaited: boolean): string | undefined {
  const exact = plus(text, isAwaited ? FAR : 1);
  if (exact !== undefined) return exact;
  if (STATES.includes(text)) return text === 'TIME_WAIT' ? 'FIN_WAIT2' : 'TIME_WAIT';
  if (TIMERS.includes(text)) return text === 'on' ? 'persist' : 'on';
  const from = new RegExp(`^(${NUMBER})\\.\\.${NUMBER}$`).exec(text)?.[1];
  if (from !== undefined) return `..${moved(from, -1)}`;
  const bound = /^(>=|<=|>|<)\s*(\d+)$/.exec(text);
  const opposite: Readonly<Record<string, string>> = { '>=': '<', '<=': '>', '>': '<=', '<': '>=' };
  return bound === null ? undefined : `${opposite[bound[1] ?? ''] ?? ''}${bound[2] ?? ''}`;
}

/** `1s` -> `2s`, `last+${n}s` -> `last+${2 * (n)}s`; `undefined` for what is no single time. */
export function doubled(time: string): string | undefined {
  const [, sign = '', number, template, unit] =
    /^(last\+|\+)?(?:([\d.]+)|\$\{([^}]*)\})(ns|us|ms|s|min|h)$/.exec(time) ?? [];
  if (unit === undefined) return undefined;
  return `${sign}${template === undefined ? 2 * Number(number) : `\${2 * (${template})}`}${unit}`;
}

/**
 * Every field of an expected segment, made wrong.
 *
 * @param isAgain whether the segment comes again: then the number of a SYN is known already
 */
export function changedSegments(segment: string, isAgain: boolean): Changes {
  const { changes, unchangeable } = changedOptions(segment);
  const hasOrigin = isSyn(segment) && !isAgain;
  return {
    changes: [...changedFlags(segment), ...changedNumbers(segment, !hasOrigin), ...changes],
    unchangeable: [...(hasOrigin ? [freeOrigin(segment)] : []), ...unchangeable],
  };
}

function flagsOf(segment: string): string {
  return segment.split(' ')[0] ?? '';
}

function isSyn(segment: string): boolean {
  return flagsOf(segment).includes('S');
}

function freeOrigin(segment: string): Unchangeable {
  return { what: `seq of ${segment}`, reason: 'origin of the sequence space' };
}

/** One flag more, or one less; never the one that makes the segment another kind of segment. */
function changedFlags(segment: string): readonly Change[] {
  const flags = flagsOf(segment);
  const rest = segment.slice(flags.length);
  const toggled = flags.length > 1 && flags.includes('P') ? flags.replace('P', '') : addFlag(flags, 'P');
  const changes = [{ what: `flags ${flags} -> ${toggled}`, text: toggled + rest, field: 'flags' }];
  if (!flags.includes('.'))
    changes.push({ what: `flags ${flags} -> ${flags}.`, text: `${flags}.${rest}`, field: 'flags' });
  else if (flags.length > 1 && !isSyn(segment)) {
    const bare = flags.replace('.', '');
    changes.push({ what: `flags ${flags} -> ${bare}`, text: bare + rest.replace(/ ack \S+/, ''), field: 'flags' });
  }
  return changes;
}

function addFlag(flags: string, flag: string): string {
  return flags.endsWith('.') ? `${flags.slice(0, -1)}${flag}.` : `${flags}${flag}`;
}

function changedNumbers(segment: string, withSeq: boolean): readonly Change[] {
  const changes: Change[] = [];
  const range = new RegExp(`(${NUMBER}):(${NUMBER})\\((${NUMBER})\\)`).exec(segment);
  if (range !== null) {
    const [whole, from = '', to = '', length = ''] = range;
    const put = (what: string, field: string, text: string): void => {
      changes.push({ what: `${what} ${whole} -> ${text}`, field, text: segment.replace(whole, text) });
    };
    if (withSeq) put('seq', 'seq', `${moved(from)}:${moved(to)}(${length})`);
    put('length', 'length', `${from}:${moved(to)}(${moved(length)})`);
  }
  for (const field of ['ack', 'win', 'urg']) {
    const found = new RegExp(`\\b${field} (${NUMBER})`).exec(segment);
    if (found === null) continue;
    const text = `${field} ${moved(found[1] ?? '')}`;
    changes.push({ what: `${found[0]} -> ${text}`, field, text: segment.replace(found[0], text) });
  }
  return changes;
}

/** Bytes of each option, so that the header stays a whole number of words. */
const OPTION_BYTES: Readonly<Record<string, number>> = { mss: 4, wscale: 3, sackOK: 2, TS: 10 };

/** Each option: replaced by padding, and its value changed; a padding stands elsewhere. */
function changedOptions(segment: string): Changes {
  const list = /<(.*)>/.exec(segment);
  if (list === null) return { changes: [], unchangeable: [] };
  const options = (list[1] ?? '')
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '');
  const withList = (what: string, changed: readonly string[]): Change => ({
    what,
    field: 'options',
    text: segment.replace(list[0], `<${changed.join(', ')}>`),
  });
  const isOpen = options.at(-1) === '...';
  const written = isOpen ? options.slice(0, -1) : options;
  const changes = [withList('more options', [...written, ...nops(4), ...(isOpen ? ['...'] : [])])];
  const unchangeable: Unchangeable[] = [];
  if (isOpen) unchangeable.push({ what: segment, reason: 'written as free' });
  written.forEach((option, index) => {
    const bytes = OPTION_BYTES[option.split(' ')[0] ?? ''];
    if (option === 'nop') changes.push(withList('nop elsewhere', movedNop(options, index)));
    else if (bytes === undefined) throw new Error(`nothing is known about option ${option}`);
    else changes.push(withList(`nop in place of ${option}`, options.toSpliced(index, 1, ...nops(bytes))));
    const number = /^(?:mss|wscale|TS val (?:\d+|\*) ecr) (\d+)$/.exec(option)?.[1];
    if (number !== undefined) {
      const other = option.slice(0, -number.length) + String(Number(number) + 1);
      changes.push(withList(`option ${option} -> ${other}`, options.toSpliced(index, 1, other)));
    }
    if (option.startsWith('TS val')) unchangeable.push({ what: option, reason: 'name of a timestamp' });
    if (option.includes('*')) unchangeable.push({ what: option, reason: 'written as free' });
  });
  return { changes, unchangeable };
}

/** To the front, or where nothing but padding stands before it, to the end. */
function movedNop(options: readonly string[], index: number): readonly string[] {
  const others = options.toSpliced(index, 1);
  return options.slice(0, index).every((option) => option === 'nop') ? [...others, 'nop'] : ['nop', ...others];
}

function nops(count: number): readonly string[] {
  return Array.from({ length: count }, () => 'nop');
}

/** A call's result and the values that it gives back. A name for a new descriptor becomes an error. */
export function changedCalls(call: string): Changes & { readonly givesName: boolean } {
  const [, head = '', result = ''] = /^(.*=\s*)(\S.*)$/.exec(call) ?? [];
  const givesName = /^[a-z]/.test(result);
  const errno = /^-1 (\w+)$/.exec(result)?.[1];
  const other = givesName
    ? '-1 EAGAIN'
    : errno === undefined
      ? moved(result)
      : `-1 ${errno === 'EPIPE' ? 'EBADF' : 'EPIPE'}`;
  const changes: Change[] = [{ what: `result ${result} -> ${other}`, field: 'result', text: `${head}${other}` }];
  const unchangeable: Unchangeable[] = [];
  const option = /^(getsockopt\([^[]*)\[(\w+)\]/.exec(call);
  if (option !== null) {
    const value = option[2] ?? '';
    const text = call.replace(`[${value}]`, `[${plus(value, 1) ?? (value === 'EPIPE' ? 'EBADF' : 'EPIPE')}]`);
    changes.push({ what: `value ${value} -> another`, field: 'option value', text });
  }
  unchangeable.push({ what: `arguments of ${call}`, reason: 'input of a call' });
  return { changes, unchangeable, givesName };
}
