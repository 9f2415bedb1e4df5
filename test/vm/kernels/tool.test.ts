import { describe, expect, it } from 'vitest';
import { attempt } from '../../../src/vm/kernels/problem';
import { runTool, type ToolUse } from '../../../src/vm/kernels/tool';

const USE: ToolUse = { trouble: 'the list cannot be had', package: 'apt' };

function refusal(program: string, args: readonly string[], use: Partial<ToolUse> = {}): unknown {
  const result = attempt(() => runTool(program, args, { ...USE, ...use }));
  return result.kind === 'refused' ? result.problem : result;
}

describe('a program of the system', () => {
  it('gives what it prints, and takes bytes', () => {
    const bytes = Buffer.from([0, 255, 10, 128]);
    expect(runTool('cat', [], { ...USE, input: bytes })).toEqual(bytes);
  });

  it('that is missing names its package', () => {
    expect(refusal('no-such-program-here', [])).toEqual({
      message: 'the list cannot be had: there is no program `no-such-program-here` here',
      hint: "install the package apt of Debian's",
    });
  });

  it('that complains like apt is quoted', () => {
    const script = 'echo "W: a warning" >&2; echo "E: No such suite" >&2; echo "E: Others ignored" >&2; exit 100';
    const hint = (complaints: string): string => `it said ${complaints.split('\n').length - 1} lines`;
    expect(refusal('sh', ['-c', script], { hint })).toEqual({
      message: 'the list cannot be had: No such suite',
      hint: 'it said 3 lines',
    });
  });

  it('that fails without a word is told by its status', () => {
    expect(refusal('sh', ['-c', 'exit 3'])).toMatchObject({ message: 'the list cannot be had: `sh` ended with 3' });
    expect(refusal('sh', ['-c', 'kill -9 $$'])).toMatchObject({ message: expect.stringContaining('SIGKILL') });
  });

  it('of which nobody knows when it ends is ended', () => {
    const startedMs = performance.now();
    expect(refusal('sleep', ['60'], { limitS: 0.2 })).toMatchObject({
      message: 'the list cannot be had: `sleep` had not ended after 0.2 s',
    });
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });

  it('that does not read its input may succeed all the same', () => {
    expect(runTool('true', [], { ...USE, input: Buffer.alloc(1 << 20) }).length).toBe(0);
  });

  it('names no standard input', () => {
    // As xz, zstd and lzop call it.
    for (const words of [
      'xz: (stdin): File format not recognized',
      String.raw`/*stdin*\ : Decoding error`,
      'lzop: <stdin>: not a lzop file',
    ])
      expect(refusal('sh', ['-c', 'echo "$1" >&2; exit 1', 'sh', words])).not.toMatchObject({
        message: expect.stringContaining('stdin'),
      });
  });
});
