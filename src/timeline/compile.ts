/**
 * The compiler: `Spec` -> one `Timeline` per IP variant.
 *
 * Pure, total, and silent: what cannot be resolved becomes a diagnostic, and then there is no timeline.
 */
import { NS_PER_MS } from '../base/nanoseconds';
import type { Diagnostic } from '../spec/diagnostic';
import type { LinkKind } from '../spec/link-kind';
import type { IpVariant, PacketNotation, ShellCommand, Spec, Step, ToleranceText } from '../spec/model';
import { linesOf, type SourceFile, type Span } from '../spec/source';
import { whyNotCraftable } from '../wire/craft';
import { resolveIcmp } from '../wire/icmp-names';
import type { PacketPattern } from '../wire/pattern';
import { type ConnectionTable, DEFAULT_CONNECTION, layOutConnections, listeningPort } from './connections';
import { forLink, packetRefusedByLink, refusedByLink } from './link-limits';
import { listenerCalls } from './listener';
import { ipVersionOf, networkOf } from './network';
import { networkTo, type Target, withEnds, withoutEyes } from './target';
import type { Command, Network, Place, Timeline, TimelineAction, TimelineStep, Tolerance } from './timeline';

/**
 * packetdrill's figures: 4 ms, and 12.5 % of the distance, which is by how much the kernel's timer wheel may be late
 * (kernel/time/timer.c). A timer may also seem early: on a busy or virtual machine jiffies lag behind the clock.
 */
export const DEFAULT_TOLERANCE: Tolerance = {
  earlyNs: 4 * NS_PER_MS,
  lateNs: 4 * NS_PER_MS,
  percent: 12.5,
  distance: 'actual',
};

/**
 * Under virtual time nothing is late by chance: what is not a matter of the timer wheel is answered within microseconds.
 * The harness takes a millisecond or two for a step all the same, the same in every run, since a guest's processor has no
 * more than one instruction for each nanosecond.
 */
export const VIRTUAL_TOLERANCE: Tolerance = {
  ...DEFAULT_TOLERANCE,
  earlyNs: NS_PER_MS / 10,
  lateNs: NS_PER_MS,
  harnessNs: 4 * NS_PER_MS,
};

export interface CompileSettings {
  /** Only these IP variants; absent: those that the spec asks for. */
  readonly onlyIp?: readonly IpVariant[];
  /** The tolerance of a spec that names none; absent: `DEFAULT_TOLERANCE`. */
  readonly tolerance?: Tolerance;
  /** The queues of listeners are looked at between the steps, too. */
  readonly watchesQueues?: boolean;
  /** The link, whatever a spec says; absent: that of the spec. */
  readonly link?: LinkKind;
  /** A host elsewhere whose kernel is the one under test, whatever network and port a spec names. */
  readonly target?: Target;
  /** Kernel events are recorded in every run; absent: where a spec asserts something about them. */
  readonly events?: boolean;
}

export interface Compiled {
  /** Empty when there is an error. */
  readonly timelines: readonly Timeline[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles a spec for its own IP variants, or for those of them that are wanted.
 * A spec without any of the wanted variants compiles to no timeline, without a diagnostic.
 */
export function compile(spec: Spec, settings: CompileSettings = {}): Compiled {
  const { onlyIp, target } = settings;
  const variants = spec.ip.filter(
    (ip) =>
      (onlyIp === undefined || onlyIp.includes(ip)) && (target === undefined || ipVersionOf(ip) === target.version),
  );
  const places = new PlaceBook(spec.file);
  const compiled = variants.map((ip) => compileVariant(spec, ip, places, settings));
  const diagnostics = compiled.flatMap((one) => one.diagnostics);
  return { timelines: diagnostics.length > 0 ? [] : compiled.map((one) => one.timeline), diagnostics };
}

function compileVariant(
  spec: Spec,
  ip: IpVariant,
  places: PlaceBook,
  { tolerance: usual = DEFAULT_TOLERANCE, link, target, watchesQueues, events = false }: CompileSettings,
): { timeline: Timeline; diagnostics: Diagnostic[] } {
  const network = target === undefined ? networkOf(ip, spec.network, link) : networkTo(target);
  const localPort = target?.port ?? listeningPort(spec);
  const table = layOutConnections(spec, network, localPort);
  const diagnostics = [...table.diagnostics, ...refusedByLink(spec, network)];
  const steps = [
    ...setUpSteps(spec, places, usual),
    ...spec.steps.map((step) => compileStep(step, { spec, table, places, network, usual, diagnostics })),
  ].map((step, index) => ({ ...step, index }));
  const timeline: Timeline = {
    file: spec.file.path,
    name: spec.name,
    ...(spec.about === undefined ? {} : { about: spec.about }),
    ...(spec.source === undefined ? {} : { source: spec.source }),
    variant: { ip, matrix: spec.matrix, label: variantLabel(ip, spec.matrix) },
    requires: spec.requires,
    network,
    sysctls: spec.sysctls.map(({ name, value, span }) => ({ name, value, place: places.at(span) })),
    ...serverProcess(spec, places),
    ...scriptOf(spec, places),
    folder: folderOf(spec.file.path),
    connections: table.connections,
    localPort,
    steps,
    ...(watchesQueues === true ? { watchesQueues: true } : {}),
    strays: spec.strays,
    ...(events || steps.some(({ action }) => action.kind === 'events') ? { events: true } : {}),
  };
  if (target === undefined) return { timeline, diagnostics };
  const there = withEnds(timeline, target);
  return { timeline: target.hasAgent ? there : withoutEyes(there), diagnostics };
}

function variantLabel(ip: IpVariant, matrix: Spec['matrix']): string {
  return [ip, ...Object.entries(matrix).map(([name, value]) => `${name}=${value}`)].join(' ');
}

function serverProcess(spec: Spec, places: PlaceBook): Pick<Timeline, 'server'> {
  const server = spec.server;
  if (server?.kind !== 'command') return {};
  const { command, port, readyWithinNs, span } = server;
  return { server: { command, port, readyWithinNs, place: places.at(span) } };
}

function scriptOf({ script }: Spec, places: PlaceBook): Pick<Timeline, 'script'> {
  if (script === undefined) return {};
  const { init, cleanup, ...rest } = script;
  return {
    script: {
      ...rest,
      ...(init === undefined ? {} : { init: commandOf(init, places) }),
      ...(cleanup === undefined ? {} : { cleanup: commandOf(cleanup, places) }),
    },
  };
}

function commandOf({ text, span }: ShellCommand, places: PlaceBook): Command {
  return { text, place: places.at(span) };
}

/** The folder in which a file lies, as its path says it. */
function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  if (slash === -1) return '.';
  return slash === 0 ? '/' : path.slice(0, slash);
}

type Unnumbered = Omit<TimelineStep, 'index'>;

function setUpSteps(spec: Spec, places: PlaceBook, usual: Tolerance): readonly Unnumbered[] {
  if (spec.server?.kind !== 'listener') return [];
  return listenerCalls(spec.server).map((call) => ({
    place: places.at(call.span),
    label: `server: ${call.name}()`,
    when: { kind: 'prompt' },
    tolerance: toleranceOf(usual, spec.tolerance, undefined),
    action: { kind: 'call', call },
  }));
}

interface StepContext {
  readonly spec: Spec;
  readonly table: ConnectionTable;
  readonly places: PlaceBook;
  readonly network: Network;
  /** The tolerance where the spec names none. */
  readonly usual: Tolerance;
  readonly diagnostics: Diagnostic[];
}

function compileStep(step: Step, context: StepContext): Unnumbered {
  const connection = connectionOf(step, context);
  return {
    place: context.places.at(step.span),
    label: step.repetition === undefined ? step.label : `${step.label} (${step.repetition})`,
    ...(connection === undefined ? {} : { connection }),
    when: step.when,
    tolerance: toleranceOf(context.usual, context.spec.tolerance, step.tolerance),
    ...(step.kernel === undefined ? {} : { kernel: step.kernel }),
    action: compileAction(step, context),
  };
}

/** A silence or drops without a connection are everybody's, a command, a sysctl or a flood nobody's; every other step without one belongs to the default connection. */
function connectionOf(step: Step, { table }: StepContext): number | undefined {
  if (step.connection !== undefined) return table.indexOf.get(step.connection.name);
  const isNobodys = ['silence', 'flood', 'sysctl', 'command', 'code'].includes(step.action.kind);
  const isAnybodys = step.action.kind === 'events' && step.action.events.kind === 'drops';
  return isNobodys || isAnybodys ? undefined : table.indexOf.get(DEFAULT_CONNECTION);
}

function compileAction(step: Step, context: StepContext): TimelineAction {
  const { action } = step;
  switch (action.kind) {
    case 'inject':
      return { kind: 'inject', packet: sendable(compilePacket(action.packet, step.span, context), step.span, context) };
    case 'expect':
      return {
        kind: 'expect',
        packet: compilePacket(action.packet, step.span, context),
        optional: action.optional,
        joined: action.joined ?? context.spec.network.superSegments ?? false,
      };
    case 'group': {
      const members = action.members.map((member) => ({
        place: context.places.at(member.span),
        label: member.label,
        connection: context.table.indexOf.get(member.connection?.name ?? DEFAULT_CONNECTION) ?? 0,
        packet: compilePacket(member.packet, member.span, context),
      }));
      return { ...action, members };
    }
    case 'command':
      return { kind: 'command', command: commandOf(action.command, context.places) };
    case 'flood':
      return { ...action, packet: sendable(action.packet, step.span, context) };
    case 'silence':
    case 'sysctl':
    case 'code':
    case 'call':
    case 'sample':
    case 'events':
    case 'mark':
    case 'wait':
      return action;
  }
}

function compilePacket(packet: PacketNotation, span: Span, context: StepContext): PacketPattern {
  if (packet.kind !== 'icmp') return packet;
  const { type, code, ...rest } = packet;
  const resolved = resolveIcmp(context.network.ipVersion, type, code);
  if (!('error' in resolved)) return { ...rest, type: resolved.type, code: resolved.code };
  context.diagnostics.push({
    severity: 'error',
    code: 'bad-segment',
    span,
    message: `${resolved.error} (ICMP of IPv${context.network.ipVersion})`,
    hint: `known: ${resolved.candidates.join(', ')}; or restrict the spec with \`ip:\``,
  });
  return { ...rest, type: 0, code: 0 };
}

/** What is to be sent: as the link needs it, and refused when it cannot be made or the link cannot carry it. */
function sendable<P extends PacketPattern>(packet: P, span: Span, { spec, network, diagnostics }: StepContext): P {
  // What the spec needs and packetspec never has makes it a skipped one.
  const isSkipped = spec.requires.unsupported.length > 0;
  const problem = isSkipped ? undefined : whyNotCraftable(packet, network.ipVersion);
  if (problem !== undefined) diagnostics.push({ severity: 'error', code: 'bad-segment', span, message: problem });
  const refused = problem === undefined ? packetRefusedByLink(packet, span, network) : undefined;
  if (refused !== undefined) diagnostics.push(refused);
  return forLink(packet, network);
}

function toleranceOf(usual: Tolerance, outer: ToleranceText | undefined, own: ToleranceText | undefined): Tolerance {
  return { ...usual, ...outer, ...own };
}

/** Of a longer line, a place has only what is near. */
const LONGEST_LINE = 400;

/** A script may stand on one line, which each of its steps would have as its text: megabytes, thousands of times. */
function lineAround(line: string, column: number): string {
  if (line.length <= LONGEST_LINE) return line;
  const start = Math.max(0, Math.min(column - 1 - LONGEST_LINE / 4, line.length - LONGEST_LINE));
  const end = start + LONGEST_LINE;
  return `${start > 0 ? '...' : ''}${line.slice(start, end)}${end < line.length ? '...' : ''}`;
}

/** Places by offset; a long spec asks for the same ones again and again. */
class PlaceBook {
  readonly #file: SourceFile;
  readonly #known = new Map<number, Place>();

  constructor(file: SourceFile) {
    this.#file = file;
  }

  at(span: Span): Place {
    const known = this.#known.get(span.start);
    if (known !== undefined) return known;
    const lines = linesOf(this.#file);
    const { line, column } = lines.placeOf(span.start);
    const place = { line, column, text: lineAround(lines.textOf(line), column) };
    this.#known.set(span.start, place);
    return place;
  }
}
