/** What bounds on the kernel's version mean: `requires: { kernel: ... }` of a spec, `when: kernel ...` of a step. */
import type { KernelBound } from './model';

type Version = readonly [major: number, minor: number];

/** The first bound that a kernel with this `uname -r` does not meet; `undefined` when it meets all. */
export function unmetBound(bounds: readonly KernelBound[], release: string): KernelBound | undefined {
  const match = /^(\d+)\.(\d+)/.exec(release);
  // That of a host nobody can ask.
  if (match === null) return bounds[0];
  const version: Version = [Number(match[1]), Number(match[2])];
  return bounds.find((bound) => !holds(bound, version));
}

/** As a spec writes it: `>=6.4`. */
export function printBound({ operator, major, minor }: KernelBound): string {
  return `${operator}${major}.${minor}`;
}

/** Whether no kernel can meet all of them. Where one can, one can that lies at a bound, or next to it. */
export function areContradictory(bounds: readonly KernelBound[]): boolean {
  const candidates = bounds.flatMap(({ major, minor }) => [-1, 0, 1].map((step): Version => [major, minor + step]));
  return bounds.length > 0 && !candidates.some((version) => bounds.every((bound) => holds(bound, version)));
}

function holds({ operator, major, minor }: KernelBound, [hostMajor, hostMinor]: Version): boolean {
  const difference = hostMajor - major || hostMinor - minor;
  switch (operator) {
    case '>=':
      return difference >= 0;
    case '>':
      return difference > 0;
    case '<=':
      return difference <= 0;
    case '<':
      return difference < 0;
    case '=':
      return difference === 0;
  }
}
