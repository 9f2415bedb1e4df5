/**
 * The steps of a converted spec. What YAML has no words for stays what it was: an event in a `script`.
 */
import type { Ns } from '../../base/nanoseconds';
import { fieldOf, integerOf, itemsOf } from '../arguments';
import type { Call, CodeBlock, Spec, Step, StepAction, When } from '../model';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import { callText } from './call-text';
import { type FieldText, samplesOf } from './code-samples';
import { hasYamlText, packetText, scriptPacketText } from './packet-text';
import type { Remarks, ScriptComments } from './script-comments';
import { SocketNames } from './socket-names';
import { scriptTime, whenText } from './time-text';
import { yamlBlock, yamlText } from './yaml-text';

/** The widest line of a mapping that stands between braces. */
const WIDEST = 118;
const NEXT: When = { kind: 'window', anchor: 'previous', startNs: 0, endNs: 0 };

export interface StepParts {
  readonly spec: Spec;
  /** The init command, where it stays a command. */
  readonly init: string | undefined;
  readonly comments: ScriptComments;
  /** Connections by their new names. */
  readonly nameOf: (connection: string) => string;
}

/** One or more lines for each step; reports steps that cannot be converted. */
export function stepLines(parts: StepParts, complaints: Complaints): readonly string[] {
  return new StepWriter(parts, complaints).run();
}

/** `key: value` lines of one step. */
type Entries = readonly (readonly [key: string, value: string])[];

class StepWriter {
  readonly #parts: StepParts;
  readonly #complaints: Complaints;
  readonly #names: SocketNames;
  readonly #lines: string[] = [];
  /** The `script` to which a further event can be added: its connection. */
  #openScript: { readonly connection: string | undefined } | undefined;
  /** Where the script's clock stands, where that can be told. It only matters when the init command is a step. */
  #nominalNs: Ns | undefined = 0;
  #isFirst = true;

  constructor(parts: StepParts, complaints: Complaints) {
    this.#parts = parts;
    this.#complaints = complaints;
    this.#names = new SocketNames(parts.spec.steps);
  }

  run(): readonly string[] {
    const { spec, init, comments } = this.#parts;
    if (init !== undefined)
      this.#keep(`+0 \`${init}\``, undefined, spec.script?.init ?? { span: { start: 0, end: 0 } });
    for (const step of spec.steps) {
      this.#remark(comments.takeUntil(step.span));
      this.#step(step, this.#whenOf(step));
      this.#isFirst = false;
    }
    return this.#lines;
  }

  #remark({ lines, apart }: Remarks): void {
    if (lines.length === 0 && !apart) return;
    this.#openScript = undefined;
    if (apart && this.#lines.length > 0) this.#lines.push('');
    this.#lines.push(...lines.map((line) => `  # ${line}`.trimEnd()));
  }

  /**
   * A script begins at 0, which is where a spec begins. Behind an init command that is a step now, a time that counts from
   * the start is counted from the step before.
   */
  #whenOf({ when, span }: Step): When {
    const before = this.#nominalNs;
    this.#nominalNs = nominalAfter(when, before);
    if (when.kind !== 'window' || when.anchor !== 'start') return when;
    if (this.#isFirst && when.startNs === 0 && when.endNs === 0) return NEXT;
    if (this.#parts.init === undefined) return when;
    if (before !== undefined && when.startNs >= before)
      return { ...when, anchor: 'previous', startNs: when.startNs - before, endNs: when.endNs - before };
    const message = 'this time counts from the start of the run, which is before the init command in a spec';
    const hint = 'write it with `+`, or let the init command do nothing but `sysctl -q net.NAME=VALUE`';
    this.#complaints.report(errorAt(span, 'not-supported', message, hint));
    return when;
  }

  #step(step: Step, when: When): void {
    const { action } = step;
    const connection = step.connection === undefined ? undefined : this.#parts.nameOf(step.connection.name);
    switch (action.kind) {
      case 'inject':
      case 'expect':
        return this.#packet(step, action, when, connection);
      case 'call': {
        if (this.#parts.init !== undefined && countsFromStart(action.call)) this.#refuse(step, STAMP_MESSAGE);
        const text = yamlText(callText(action.call, this.#names.take(action.call)));
        const returns = action.returns === undefined ? undefined : whenText(this.#returnOf(step, action.returns));
        return this.#add([
          ['call', foldedText(text)],
          ...timeOf(when, false),
          ...(returns === undefined ? [] : [['returns', returns] as const]),
          ...on(connection),
        ]);
      }
      case 'command':
        return this.#keep(`${scriptTime(when)} \`${action.command.text}\``, undefined, step);
      case 'code':
        return this.#code(step, action.code, when);
      case 'flood':
      case 'group':
      case 'silence':
      case 'sample':
      case 'events':
      case 'sysctl':
      case 'mark':
      case 'wait':
        // No script has these.
        return this.#refuse(step, `a script has no \`${action.kind}\``);
    }
  }

  /** A script counts the start and the return of a call from the same moment. */
  #returnOf({ when }: Step, returns: When): When {
    const isOff = this.#parts.init !== undefined && when.kind === 'window' && when.anchor === 'start';
    if (!isOff || returns.kind !== 'window' || returns.anchor !== 'start') return returns;
    const [startNs, endNs] = [returns.startNs - when.startNs, returns.endNs - when.startNs];
    return { ...returns, anchor: 'previous', startNs, endNs };
  }

  #packet(
    step: Step,
    { kind, packet }: Extract<StepAction, { kind: 'inject' | 'expect' }>,
    when: When,
    connection: string | undefined,
  ): void {
    if (hasYamlText(packet)) {
      const text = yamlText(packetText(packet, kind));
      return this.#add([[kind, text], ...timeOf(when, kind === 'expect'), ...on(connection)]);
    }
    const event = `${scriptTime(when)} ${kind === 'inject' ? '<' : '>'} ${scriptPacketText(packet, kind)}`;
    return this.#keep(event, connection, step);
  }

  #code(step: Step, { program, socket, text }: CodeBlock, when: When): void {
    const name = socket === undefined ? undefined : this.#names.current(socket);
    if (program === undefined) return this.#refuse(step, 'this code needs Python itself, which a spec in YAML has not');
    if (name === undefined) return this.#refuse(step, 'no call has given the socket that this code asks about');
    const samples = samplesOf(program);
    if (samples === undefined) {
      if (name === this.#names.newestSocket) return this.#keep(`${scriptTime(when)} %{${text}}%`, undefined, step);
      return this.#refuse(step, `this code asks about \`${name}\`, which is not the newest socket`);
    }
    samples.forEach((fields, index) => {
      this.#add([['tcp_info', mapText(fields)], ['socket', name], ...timeOf(index === 0 ? when : NEXT, false)]);
    });
  }

  #add(entries: Entries): void {
    this.#openScript = undefined;
    entries.forEach(([key, value], index) => {
      this.#lines.push(`${index === 0 ? '  - ' : '    '}${key}:${value.startsWith('\n') ? '' : ' '}${value}`);
    });
  }

  /** An event as a script has it, together with those before it where that is possible. */
  #keep(event: string, connection: string | undefined, source: Pick<Step, 'span'>): void {
    const lines = yamlBlock(event, '      ');
    if (lines === undefined) return this.#refuse(source, 'there are characters in this that YAML cannot hold');
    const isDefault = connection === undefined || connection === 'default';
    if (this.#openScript === undefined || (this.#openScript.connection ?? 'default') !== (connection ?? 'default')) {
      this.#lines.push(isDefault ? '  - script: |' : `  - connection: ${connection}`);
      if (!isDefault) this.#lines.push('    script: |');
    }
    this.#openScript = { connection };
    this.#lines.push(...lines);
  }

  #refuse({ span }: Pick<Step, 'span'>, message: string): void {
    this.#complaints.report(errorAt(span, 'not-supported', message, '`packetspec run` takes the script as it is'));
  }
}

/** What is expected next has to be there at once; what is done next is done at once, whatever is written. */
function timeOf(when: When, isExpected: boolean): Entries {
  const isNext = when.kind === 'window' && when.anchor === 'previous' && when.startNs === 0 && when.endNs === 0;
  const text = isNext && !isExpected ? undefined : whenText(when);
  return text === undefined ? [] : [['at', text]];
}

function on(connection: string | undefined): Entries {
  return connection === undefined || connection === 'default' ? [] : [['connection', connection]];
}

/** A long text on lines of their own, which YAML folds into one. */
function foldedText(text: string): string {
  if (text.length + '  - call: '.length <= WIDEST || text.startsWith('"')) return text;
  const lines: string[] = [];
  for (const piece of text.split(/(?<=,) /)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + piece.length + 7 > WIDEST) lines.push(piece);
    else lines[lines.length - 1] = `${last} ${piece}`;
  }
  return `>-\n${lines.map((line) => `      ${line}`).join('\n')}`;
}

const STAMP_MESSAGE =
  'this stamp counts from the start of the run, which is before the init command in a spec: the time would be another';

/** Whether a call expects a time since the start of the run, in a control message. */
function countsFromStart({ args }: Call): boolean {
  const stamps = itemsOf(fieldOf(args[1], 'msg_control')).map((message) => fieldOf(message, 'cmsg_data'));
  return stamps.some((data) => [fieldOf(data, 'scm_sec'), fieldOf(data, 'scm_nsec')].some((part) => integerOf(part)));
}

function mapText(fields: readonly FieldText[]): string {
  const entries = fields.map(({ name, value }) => `${name}: ${value}`);
  const line = `{ ${entries.join(', ')} }`;
  return line.length <= WIDEST - '  - tcp_info: '.length
    ? line
    : `\n${entries.map((one) => `      ${one}`).join('\n')}`;
}

/** Where a script's clock stands behind an event, if it is told. */
function nominalAfter(when: When, before: Ns | undefined): Ns | undefined {
  if (when.kind !== 'window' || when.startNs !== when.endNs) return undefined;
  if (when.anchor === 'start') return when.startNs;
  return before === undefined ? undefined : before + when.startNs;
}
