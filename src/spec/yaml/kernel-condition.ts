/**
 * `when:` of a step: the kernels on which it counts. `kernel >= 5.15, kernel < 6.9`, or a list of such texts; all of it
 * must hold.
 */
import { areContradictory, printBound } from '../kernel-bound';
import type { KernelBound } from '../model';
import { errorAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';
import { isUsable } from './access';
import { readKernelBounds } from './kernel-bounds';
import { entryOf, snippetOf } from './tree';
import type { ScalarTree, Tree } from './tree';

const EXAMPLE = 'for example `when: kernel >= 6.4`, or `when: kernel >= 5.15, kernel < 6.9`';
/** The word where a bound begins. */
const SUBJECT = /(?<=^|[\s,])kernel(?=[\s<>=])/g;

/** The bounds of a step, those of what it stands in first. @param outer those of the `repeat` around it */
export function kernelCondition(
  step: Tree,
  outer: readonly KernelBound[],
  complaints: Complaints,
): readonly KernelBound[] {
  const entry = entryOf(step, 'when');
  if (entry === undefined) return outer;
  const items = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  const texts = items.filter((item) => item.kind === 'scalar').filter(isCondition);
  const own = texts.map((text) => readCondition(snippetOf(text), complaints));
  const bounds = [...outer, ...own.flatMap((read) => read ?? [])];
  if (own.includes(undefined) || !areContradictory(bounds)) return bounds;
  const written = bounds.map(printBound).join(' and ');
  complaints.report(errorAt(entry.value.span, 'bad-value', `no kernel is ${written}`, 'all bounds must hold'));
  return bounds;
}

/** A number is of the wrong type, which the schema says. */
function isCondition(scalar: ScalarTree): boolean {
  return isUsable(scalar) && typeof scalar.value === 'string';
}

function readCondition(snippet: Snippet, complaints: Complaints): readonly KernelBound[] | undefined {
  const { text } = snippet;
  // The word goes, its place stays: what follows is marked where it stands.
  const masked = text.replace(SUBJECT, (word) => ' '.repeat(word.length));
  const begins = /^\s*kernel(?=[\s<>=])/.test(text);
  if (begins && masked.trim() !== '') return readKernelBounds({ ...snippet, text: masked }, complaints);
  const message = `\`${text.trim()}\` is not a condition on the kernel`;
  complaints.report(errorAt(snippet.locate(0, text.length), 'bad-value', message, EXAMPLE));
  return undefined;
}
