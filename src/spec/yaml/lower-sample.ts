/**
 * Assertions about the kernel's state: queues, sockets, counters, TCP_INFO, /proc/net/tcp.
 */
import { TCP_INFO_FIELDS } from '../../wire/tcp-info';
import { CONGESTION_STATES, TIMERS } from '../fields';
import type { FieldExpectation, SampleExpectation, ValuePattern } from '../model';
import { parseNumberPattern } from '../notation/value';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import { nearestState, normaliseState, stateNumber } from '../states';
import { didYouMean, oneOf } from '../suggest';
import { integerAt, isUsable, nameAt } from './access';
import { counterHint } from './counter-hint';
import type { NameBook } from './name-book';
import { child, entryOf } from './tree';
import type { Entry, ScalarTree, Tree } from './tree';

type Reader = (scalar: ScalarTree, complaints: Complaints) => ValuePattern | undefined;

export const SAMPLE_KINDS = ['queue', 'sockets', 'socket', 'counters', 'tcp_info', 'proc_net_tcp'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** The assertion of a step; names that it uses are looked up. */
export function lowerSample(
  step: Tree,
  kind: SampleKind,
  names: NameBook,
  complaints: Complaints,
): SampleExpectation | undefined {
  const tree = child(step, kind);
  if (tree?.kind !== 'map') return undefined;
  const port = integerAt(tree, 'port');
  switch (kind) {
    case 'queue':
      return {
        kind,
        ...(port === undefined ? {} : { port }),
        fields: readFields(tree, kind, () => readNumber, complaints),
      };
    case 'socket':
      return { kind, fields: readFields(tree, kind, socketReader, complaints) };
    case 'proc_net_tcp':
      return {
        kind,
        ...(port === undefined ? {} : { port }),
        fields: readFields(tree, kind, socketReader, complaints),
      };
    case 'sockets':
      return { kind, fields: readStateCounts(tree, complaints) };
    case 'counters': {
      const since = nameAt(step, 'since', 'mark', complaints);
      if (since !== undefined) names.useMark(since);
      for (const entry of tree.entries) checkCounter(entry, complaints);
      return {
        kind,
        ...(since === undefined ? {} : { since }),
        fields: readFields(tree, kind, () => readNumber, complaints),
      };
    }
    case 'tcp_info': {
      const socket = nameAt(step, 'socket', 'socket', complaints);
      if (socket === undefined) return undefined;
      names.useSocket(socket);
      for (const entry of tree.entries) checkTcpInfoField(entry, complaints);
      return { kind, socket, fields: readFields(tree, kind, tcpInfoReader, complaints) };
    }
  }
}

/** Every key but `port` is one comparison. */
function readFields(
  tree: Tree,
  kind: SampleKind,
  readerFor: (name: string) => Reader,
  complaints: Complaints,
): readonly FieldExpectation[] {
  const entries = tree.kind === 'map' ? tree.entries.filter(({ key }) => key !== 'port') : [];
  if (entries.length === 0)
    complaints.report(errorAt(tree.span, 'missing-key', `\`${kind}\` compares nothing`, 'name at least one field'));
  return entries.flatMap(({ key, keySpan, value }) => {
    const pattern = readValue(value, readerFor(key), complaints);
    return pattern === undefined ? [] : [{ name: key, span: keySpan, value: pattern }];
  });
}

function readValue(value: Tree, reader: Reader, complaints: Complaints): ValuePattern | undefined {
  return value.kind === 'scalar' && isUsable(value) ? reader(value, complaints) : undefined;
}

/** State names in any spelling become the kernel's. */
function readStateCounts(tree: Tree, complaints: Complaints): readonly FieldExpectation[] {
  const found: FieldExpectation[] = [];
  for (const field of readFields(tree, 'sockets', () => readNumber, complaints)) {
    const name = normaliseState(field.name);
    if (name === undefined) complaints.report(unknownState(field.name, field.span));
    else if (found.some((other) => other.name === name))
      complaints.report(errorAt(field.span, 'duplicate-name', `\`${name}\` is counted twice`));
    else found.push({ ...field, name });
  }
  return found;
}

export function unknownState(name: string, span: ScalarTree['span']): ReturnType<typeof errorAt> {
  const nearest = nearestState(name);
  const hint =
    nearest === undefined ? 'for example `SYN_RECV`, `ESTABLISHED`, `CLOSE_WAIT`' : `did you mean \`${nearest}\`?`;
  return errorAt(span, 'bad-value', `\`${name}\` is not a TCP state`, hint);
}

export const readNumber: Reader = (scalar, complaints) => {
  // A fraction is of the wrong type, which the schema says.
  if (typeof scalar.value === 'number' && !Number.isSafeInteger(scalar.value)) return undefined;
  const pattern = parseNumberPattern(scalar.text);
  if (pattern !== undefined) return pattern;
  const hint = 'a number, or bounds: `">=3"`, `"<5"`, `1..3`, `3..`, `..5`';
  complaints.report(errorAt(scalar.span, 'bad-value', `\`${scalar.text}\` does not say what a number must be`, hint));
  return undefined;
};

const readState: Reader = (scalar, complaints) => {
  const text = normaliseState(scalar.text);
  if (text !== undefined) return { kind: 'text', text };
  complaints.report(unknownState(scalar.text, scalar.span));
  return undefined;
};

const readTimer: Reader = (scalar, complaints) => {
  if (TIMERS.some((timer) => timer === scalar.text)) return { kind: 'text', text: scalar.text };
  complaints.report(
    errorAt(scalar.span, 'bad-value', `\`${scalar.text}\` is not a timer`, oneOf(scalar.text, TIMERS).hint),
  );
  return undefined;
};

function socketReader(field: string): Reader {
  if (field === 'state') return readState;
  return field === 'timer' ? readTimer : readNumber;
}

/** `tcpi_state: ESTABLISHED` and `tcpi_ca_state: Recovery` stand for their numbers. */
function tcpInfoReader(field: string): Reader {
  if (field !== 'tcpi_state' && field !== 'tcpi_ca_state') return readNumber;
  return (scalar, complaints) => {
    if (/^[\d<>=.-]/.test(scalar.text)) return readNumber(scalar, complaints);
    const number = field === 'tcpi_state' ? namedState(scalar.text) : congestionState(scalar.text);
    if (number !== undefined) return { kind: 'range', min: number, max: number };
    complaints.report(
      field === 'tcpi_state'
        ? unknownState(scalar.text, scalar.span)
        : errorAt(
            scalar.span,
            'bad-value',
            `\`${scalar.text}\` is not a state of congestion control`,
            oneOf(scalar.text, CONGESTION_STATES).hint,
          ),
    );
    return undefined;
  };
}

function namedState(text: string): number | undefined {
  const state = normaliseState(text);
  return state === undefined ? undefined : stateNumber(state);
}

function congestionState(text: string): number | undefined {
  const index = CONGESTION_STATES.findIndex(
    (state) => state.toLowerCase() === text.toLowerCase().replace(/^tcp_ca_/, ''),
  );
  return index === -1 ? undefined : index;
}

function checkTcpInfoField({ key, keySpan }: Entry, complaints: Complaints): void {
  if (TCP_INFO_FIELDS.includes(key)) return;
  const hint = TCP_INFO_FIELDS.includes(`tcpi_${key}`)
    ? `did you mean \`tcpi_${key}\`?`
    : didYouMean(key, TCP_INFO_FIELDS).hint;
  complaints.report(errorAt(keySpan, 'unknown-key', `struct tcp_info has no \`${key}\``, hint));
}

/** Which counters exist depends on the kernel, so only a likely slip is spoken of, and as a warning. */
function checkCounter({ key, keySpan }: Entry, complaints: Complaints): void {
  if (!/^(?:[A-Za-z0-9]+\.)?[A-Za-z0-9]+$/.test(key)) {
    const hint = 'for example `ListenOverflows` or `TcpExt.ListenOverflows`';
    complaints.report(errorAt(keySpan, 'bad-value', `\`${key}\` is not the name of a counter`, hint));
    return;
  }
  const hint = counterHint(key);
  if (hint === undefined) return;
  complaints.report({
    severity: 'warning',
    code: 'bad-value',
    message: `no kernel that packetspec knows has a counter \`${key}\``,
    span: keySpan,
    hint,
  });
}

/** What a sample says, for the label of its step: `accept 6, limit 5`. */
export function describeSample(step: Tree, kind: SampleKind): string {
  const tree = entryOf(step, kind)?.value;
  const parts =
    tree?.kind === 'map'
      ? tree.entries.map(({ key, value }) => `${key} ${value.kind === 'scalar' ? value.text.trim() : '?'}`)
      : [];
  return `${kind} ${parts.join(', ')}`;
}
