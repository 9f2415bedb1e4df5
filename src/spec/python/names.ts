/** Names that mean something to Python or to packetdrill's runner before a script says anything. */

/** Function -> the least and the most arguments with which packetspec calls it itself. */
export const CALLABLE: ReadonlyMap<string, readonly [min: number, max: number]> = new Map([
  ['abs', [1, 1]],
  ['bool', [1, 1]],
  ['float', [1, 1]],
  ['hex', [1, 1]],
  ['int', [1, 1]],
  ['len', [1, 1]],
  ['max', [1, 1_000]],
  ['min', [1, 1_000]],
  ['repr', [1, 1]],
  ['round', [1, 2]],
  ['str', [1, 1]],
]);

export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

const BUILTIN = new Set(
  (
    'aiter all anext any ascii bin breakpoint bytearray bytes callable chr classmethod compile complex copyright ' +
    'credits delattr dict dir divmod enumerate eval exec exit filter format frozenset getattr globals hasattr hash ' +
    'help id input isinstance issubclass iter license list locals map memoryview next object oct open ord pow print ' +
    'property quit range reversed set setattr slice sorted staticmethod sum super tuple type vars zip ' +
    'Ellipsis NotImplemented sys traceback excepthook'
  ).split(' '),
);

/**
 * Whether the name is bound before the first block and to no number or text: a builtin, an exception, or what
 * packetdrill's own preamble defines.
 */
export function isTaken(name: string): boolean {
  return (
    name.startsWith('_') ||
    CALLABLE.has(name) ||
    BUILTIN.has(name) ||
    /^[A-Z]\w*(?:Error|Exception|Exit|Warning|Group|Interrupt|Iteration)$/.test(name)
  );
}
