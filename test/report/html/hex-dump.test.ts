import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexDump } from '../../../src/report/html/hex-dump';

/** What `od` (coreutils) says, in our frame: four digits of offset, no brackets around the text. */
function canonical(bytes: Uint8Array): readonly string[] {
  const { stdout, error } = spawnSync('od', ['-A', 'x', '-t', 'x1z', '-v'], { input: bytes, encoding: 'utf8' });
  if (error !== undefined) throw error;
  const lines = stdout.trimEnd().split('\n').slice(0, -1);
  return lines.map((line) => line.replace(/^00/, '').replace(/ {2}>(.*)<$/, '  $1'));
}

describe('a hex dump', () => {
  it('is that of od', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), (bytes) => {
        const squeezed = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/ +/g, ' '));
        expect(squeezed(hexDump(bytes))).toEqual(squeezed(canonical(bytes)));
      }),
      { numRuns: 30 },
    );
  });

  it('of nothing is nothing', () => {
    expect(hexDump(new Uint8Array())).toEqual([]);
  });
});
