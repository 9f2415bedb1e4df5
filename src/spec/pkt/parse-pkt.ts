/**
 * A packetdrill script -> one `Spec` for each IP variant, since definitions and addresses differ between them.
 *
 * text -> tokens -> options -> (settings -> tree -> steps) for each variant. Every variant is looked at; the same
 * mistake in several is told once.
 */
import type { IpVariant, Requirements, ShellCommand, Spec } from '../model';
import { DiagnosticList, errorAt, snippetAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';
import { linesOf, type SourceFile } from '../source';
import type { ParsedSpec, ParseSettings, PktSettings } from '../spec';
import { oneOf } from '../suggest';
import { aboutOf } from './about';
import { joinNeeds, shellNeeds } from './gate';
import { lex } from './lex';
import { lowerEvents } from './lower-events';
import type { LoweredEvents } from './lower-events';
import { Macros } from './macros';
import type { GivenOption } from './options';
import { readEvents, readOptions } from './parse-tree';
import type { Head } from './parse-tree';
import { PROFILE_NAMES, profileByName } from './profiles';
import type { Profile } from './profiles';
import { checkedOptions, settingsOf } from './settings';
import type { Sources, VariantSettings } from './settings';
import { SocketTracker } from './sockets';
import type { TokenTable } from './tokens';
import type { CommandNode, OptionNode, PktTree } from './tree';
import { variantsOf } from './variants';

/** Longer texts are no scripts. */
const LONGEST_TEXT = 16 * 1024 * 1024;

/** Parses a packetdrill script. Never throws; every mistake is in `diagnostics`, in the order of the text. */
export function parsePkt(file: SourceFile, settings: ParseSettings): ParsedSpec {
  const diagnostics = new DiagnosticList();
  const specs = file.text.length > LONGEST_TEXT ? refuse(diagnostics) : parseText(file, settings.pkt, diagnostics);
  return { specs: diagnostics.hasErrors ? [] : specs, diagnostics: diagnostics.sorted(), settable: [] };
}

function refuse(complaints: Complaints): readonly Spec[] {
  const message = `this script is longer than ${LONGEST_TEXT / 1024 / 1024} MiB`;
  complaints.report(errorAt({ start: 0, end: 0 }, 'out-of-range', message, 'is it a script at all?'));
  return [];
}

function parseText(file: SourceFile, pkt: PktSettings | undefined, complaints: Complaints): readonly Spec[] {
  const source = snippetAt(file.text, 0);
  const tokens = lex(source, complaints);
  const head = readOptions(source, tokens, complaints);
  const profile = profileOf(pkt, complaints);
  const script = checkedOptions(givenOptions(head.options, pkt), complaints);
  const variants = variantsOf({ path: file.path, text: file.text, options: script }, profile, pkt);
  const sources: Sources = {
    script,
    ...(profile === undefined ? {} : { profile }),
    ...(pkt === undefined ? {} : { pkt }),
  };
  const attempts = variants.map((ip): Attempt => {
    const found = new DiagnosticList();
    const parts = { file, source, tokens, head, sources, complaints: found };
    return { spec: lowerVariant(ip, parts), found };
  });
  return settle(attempts, complaints);
}

/** One variant's spec, as far as it could be read, and what was found on the way. */
interface Attempt {
  readonly spec: Spec;
  readonly found: DiagnosticList;
}

/**
 * A script may be right over one IP version and wrong over another: a name of ICMP that only one has, a definition
 * that a runner passes for one. Then those that are right remain, with a warning. And what is wrong with a script that
 * is going to be skipped is no reason to reject it: it may well be what makes it unsupported.
 */
function settle(attempts: readonly Attempt[], complaints: Complaints): readonly Spec[] {
  const isSkipped = ({ spec }: Attempt): boolean => spec.requires.unsupported.length > 0;
  const isWrong = (attempt: Attempt): boolean => attempt.found.hasErrors && !isSkipped(attempt);
  const allWrong = attempts.every(isWrong);
  for (const attempt of attempts) {
    const note = isSkipped(attempt) ? '' : ` (over ${attempt.spec.ip.join()}, which is left out)`;
    for (const one of attempt.found.sorted()) {
      const isMild = one.severity === 'error' && !allWrong;
      complaints.report(isMild ? { ...one, severity: 'warning', message: one.message + note } : one);
    }
  }
  return attempts.filter((attempt) => !isWrong(attempt)).map(({ spec }) => spec);
}

function profileOf(pkt: PktSettings | undefined, complaints: Complaints): Profile | undefined {
  if (pkt?.profile === undefined) return undefined;
  const profile = profileByName(pkt.profile);
  if (profile === undefined) {
    const { hint } = oneOf(pkt.profile, PROFILE_NAMES);
    complaints.report(errorAt({ start: 0, end: 0 }, 'unknown-profile', `there is no profile \`${pkt.profile}\``, hint));
  }
  return profile;
}

/** A value that is one word may be defined on the command line; what the script defines itself comes too late for it. */
function givenOptions(nodes: readonly OptionNode[], pkt: PktSettings | undefined): readonly GivenOption[] {
  const macros = new Macros(pkt?.defines);
  return nodes.map(({ name, value, isWord, start, end }) => {
    const defined = isWord && value !== undefined ? macros.of(value)?.text.replace(/^["`]|["`]$/g, '') : undefined;
    const meant = defined ?? value;
    return { name, ...(meant === undefined ? {} : { value: meant }), span: { start, end } };
  });
}

interface ScriptParts {
  readonly file: SourceFile;
  readonly source: Snippet;
  readonly tokens: TokenTable;
  readonly head: Head;
  readonly sources: Sources;
  readonly complaints: Complaints;
}

function lowerVariant(ip: IpVariant, parts: ScriptParts): Spec {
  const { file, source, tokens, head, sources, complaints } = parts;
  const settings = settingsOf(ip, sources, complaints);
  const { macros, joined } = settings;
  const tree = readEvents(source, tokens, { head, macros, complaints });
  const book = new SocketTracker(settings, complaints);
  const lineOf = (offset: number): number => linesOf(file).placeOf(offset).line;
  const version = ip === 'ipv6' ? 6 : 4;
  const lowered = lowerEvents(tree, { source, lineOf, macros, joined, book, complaints, version });
  const about = aboutOf(tokens);
  return {
    file,
    name: nameOf(file.path),
    ...(about === undefined ? {} : { about }),
    requires: requirementsOf(tree, lowered, settings),
    ip: [ip],
    matrix: {},
    sysctls: [],
    network: settings.network,
    script: {
      ...settings.script,
      ...commandsOf(tree, settings, source),
      needsInterpreter: lowered.foreign.length > 0,
    },
    tolerance: settings.tolerance,
    strays: 'report',
    connections: book.connections,
    steps: lowered.steps,
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.pkt$/, '');
}

function commandsOf(
  tree: PktTree,
  { initScripts }: VariantSettings,
  source: Snippet,
): { readonly init?: ShellCommand; readonly cleanup?: ShellCommand } {
  const command = ({ text, token }: CommandNode): ShellCommand => ({
    text,
    span: source.locate(tree.tokens.start(token), tree.tokens.end(token)),
  });
  const own = tree.init === undefined ? undefined : command(tree.init);
  // Any of these that fails ends the run, as the init command does that fails.
  const lines = [
    ...initScripts.map((program) => `${program.trim()} || exit`),
    ...(own === undefined ? [] : [own.text]),
  ];
  return {
    ...(lines.length === 0 ? {} : { init: { text: lines.join('\n'), span: own?.span ?? { start: 0, end: 0 } } }),
    ...(tree.cleanup === undefined ? {} : { cleanup: command(tree.cleanup) }),
  };
}

function requirementsOf(tree: PktTree, lowered: LoweredEvents, settings: VariantSettings): Requirements {
  const unsupported = [...new Set([...settings.unsupported, ...lowered.unsupported])];
  if (!settings.script.gated) return { kernel: [], sysctls: [], commands: [], unsupported };
  const timed = lowered.steps.flatMap(({ action }) => (action.kind === 'command' ? [action.command.text] : []));
  const needs = joinNeeds([...(tree.init === undefined ? [] : [tree.init.text]), ...timed].map(shellNeeds));
  return { kernel: [], ...needs, unsupported };
}
