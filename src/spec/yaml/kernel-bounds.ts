/**
 * Kernel ranges: `>=4.10 <6.0`. All bounds must hold. A third number is understood and ignored: behaviour does not
 * change between stable releases in a way that a spec could name.
 */
import type { KernelBound } from '../model';
import { errorAt } from '../snippet';
import type { Complaints, Snippet } from '../snippet';

const BOUND = /(>=|<=|==|=|>|<)?\s*v?(\d+)(?:\.(\d+))?(?:\.\d+)?(?=[\s,]|$)[\s,]*/y;

/** Reads the bounds; `undefined` after a mistake, which is reported. */
export function readKernelBounds(snippet: Snippet, complaints: Complaints): readonly KernelBound[] | undefined {
  const { text } = snippet;
  const bounds: KernelBound[] = [];
  let at = text.length - text.trimStart().length;
  while (at < text.length) {
    BOUND.lastIndex = at;
    const match = BOUND.exec(text);
    if (match === null) {
      const rest = text.slice(at).trimEnd();
      complaints.report(
        errorAt(
          snippet.locate(at, at + rest.length),
          'bad-value',
          `\`${rest}\` is not a kernel range`,
          'for example `">=4.10 <6.0"`',
        ),
      );
      return undefined;
    }
    const [whole, sign, major, minor] = match;
    bounds.push({ operator: operatorOf(sign), major: Number(major), minor: Number(minor ?? 0) });
    at += whole.length;
  }
  return bounds;
}

function operatorOf(sign: string | undefined): KernelBound['operator'] {
  switch (sign) {
    case '>=':
    case '<=':
    case '>':
    case '<':
      return sign;
    default:
      return '=';
  }
}
