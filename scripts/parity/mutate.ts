/**
 * Mutants of packetdrill scripts: the text with one thing changed that a kernel which passes the script should not do,
 * or that makes it do something else. Which ones is a matter of a seed.
 */
import { numbers } from './random';

export interface Mutant {
  readonly line: number;
  /** What was changed: `ack 1 -> ack 2`. */
  readonly what: string;
  readonly text: string;
}

interface Change {
  readonly line: number;
  /** What kind of thing was changed; kinds are drawn before places, so that rare ones are not. */
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** Where a line may be changed: a pattern, and what becomes of each match (of its group `it`, if it has one). */
interface Rule {
  readonly name: string;
  readonly on: RegExp;
  readonly at: RegExp;
  readonly to: (found: string, line: string) => readonly string[];
}

const EXPECTED = /^\s*[+*\d.][^`"]*>\s/;
const PACKET = /^\s*[+*\d.][^`"(]*[<>]\s/;
const CALL = /^\s*[+\d.][\w.~+]*\s+\w+\(/;
const FLAGS = /[<>]\s+(?:\[[^\]]*\]\s*)?(?<it>[FSRPUEWA.]+|-)(?=\s+\d+:\d+\(\d+\))/dg;
const ASSERTION = /assert\b/;

const RULES: readonly Rule[] = [
  { name: 'flag', on: EXPECTED, at: FLAGS, to: (flags) => ['P', 'F', 'E', 'W'].map((flag) => toggled(flags, flag)) },
  { name: 'sequence', on: PACKET, at: /(?<it>\d+:\d+\(\d+\))/dg, to: (text) => changedRange(text) },
  { name: 'ack', on: PACKET, at: /\back (?<it>\d+)/dg, to: (text) => [plus(text, 1), plus(text, 1000)] },
  { name: 'window', on: PACKET, at: /\bwin (?<it>\d+)/dg, to: (text) => [plus(text, 1)] },
  { name: 'option', on: PACKET, at: /\b(?:mss|wscale) (?<it>\d+)/dg, to: (text) => [plus(text, 1)] },
  {
    name: 'option',
    on: PACKET,
    at: /\bsack (?<it>\d+:\d+)/dg,
    to: (text) => [text.replace(/\d+$/, (end) => plus(end, 1))],
  },
  { name: 'option', on: PACKET, at: /\becr (?<it>\d+)/dg, to: (text) => [plus(text, 1)] },
  { name: 'option kind', on: PACKET, at: /\bsackOK,/dg, to: () => ['nop,nop,'] },
  { name: 'option kind', on: PACKET, at: /,nop,wscale \d+/dg, to: () => [''] },
  { name: 'time', on: /^\s*\+?[\d.]+\s/, at: /^\s*\+?(?<it>\d*\.?\d+)(?=\s)/dg, to: (text) => changedTime(text) },
  {
    name: 'result',
    on: CALL,
    at: /\)\s*=\s*(?<it>\d+)\s*(?:\/\/.*)?$/dg,
    to: (text) => [plus(text, 1), '-1 EINVAL (Invalid argument)'],
  },
  { name: 'errno', on: CALL, at: /= -1 (?<it>E[A-Z]+)/dg, to: (text) => [text === 'EINVAL' ? 'EAGAIN' : 'EINVAL'] },
  { name: 'option value', on: /sockopt\(/, at: /\[(?<it>\d+)\](?=,)/dg, to: (text) => [plus(text, 1)] },
  { name: 'assertion', on: ASSERTION, at: /(?:==|<=|>=|!=)\s*(?<it>\d+)\b/dg, to: (text) => [plus(text, 1)] },
  { name: 'assertion', on: ASSERTION, at: /assert (?<it>\d+) <=/dg, to: (text) => [plus(text, 1_000_000)] },
];

/** Up to so many mutants; fewer where there is less to change. The same seed gives the same ones. */
export function mutantsOf(text: string, seed: number, count: number): readonly Mutant[] {
  const random = numbers(seed);
  const byRule = new Map<string, Change[]>();
  for (const change of changesOf(text)) byRule.set(change.rule, [...(byRule.get(change.rule) ?? []), change]);
  const chosen: Change[] = [];
  while (chosen.length < count && byRule.size > 0) {
    const rule = [...byRule.keys()][random(byRule.size)] ?? '';
    const left = byRule.get(rule) ?? [];
    chosen.push(...left.splice(random(left.length), 1));
    if (left.length === 0) byRule.delete(rule);
  }
  return chosen.map((change) => mutant(text, change));
}

/** Everything that could be changed. */
function changesOf(text: string): readonly Change[] {
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(?:\/\/|`|--|#)/.test(line)) return [];
    return RULES.filter(({ on }) => on.test(line)).flatMap((rule) => changesBy(rule, line, index + 1));
  });
}

function changesBy({ name, at, to }: Rule, line: string, number: number): readonly Change[] {
  return [...line.matchAll(at)].flatMap((match) => {
    const [start, end] = match.indices?.groups?.['it'] ?? [match.index, match.index + match[0].length];
    const found = line.slice(start, end);
    return to(found, line)
      .filter((replacement) => replacement !== found)
      .map((replacement) => ({ line: number, rule: name, start, end, replacement }));
  });
}

function mutant(text: string, { line, start, end, replacement, rule }: Change): Mutant {
  const lines = text.split('\n');
  const before = lines[line - 1] ?? '';
  lines[line - 1] = before.slice(0, start) + replacement + before.slice(end);
  return { line, what: `${rule}: ${before.slice(start, end)} -> ${replacement}`, text: lines.join('\n') };
}

function toggled(flags: string, flag: string): string {
  const letters = flags === '-' ? '' : flags;
  const changed = letters.includes(flag) ? letters.replace(flag, '') : flag + letters;
  return changed === '' ? '-' : changed;
}

/** One byte further on, and one byte longer: both stay consistent. */
function changedRange(range: string): readonly string[] {
  const [start = 0, end = 0, length = 0] = (range.match(/\d+/g) ?? []).map(Number);
  return [`${start + 1}:${end + 1}(${length})`, `${start}:${end + 1}(${length + 1})`];
}

/** 50 ms later; and twice as late and half as late, where that is more than tolerances are. */
function changedTime(time: string): readonly string[] {
  const seconds = Number(time);
  const others = seconds >= 0.02 ? [seconds * 2, seconds / 2] : [];
  return [seconds + 0.05, ...others].map((changed) => String(Number(changed.toFixed(6))));
}

function plus(number: string, more: number): string {
  return String(BigInt(number) + BigInt(more));
}
