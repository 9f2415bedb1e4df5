/** Runs the file with the installed Python, as an executor does. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type CodeFailure, CodeRunner } from '../../../src/match/code/code';
import { pythonFile, readInterpreterOutput, type SampledBlock } from '../../../src/match/code/python-file';
import type { CodeBlock } from '../../../src/spec/model';
import { block, sample } from './python';

interface Interpreted {
  readonly status: number | null;
  readonly printed: string;
  readonly failure: CodeFailure | undefined;
}

function interpret(blocks: readonly SampledBlock[]): Interpreted {
  const { status, stdout, stderr } = spawnSync('python3', ['-'], { input: pythonFile(blocks), encoding: 'utf8' });
  return { status, printed: stdout, failure: readInterpreterOutput(stdout + stderr) };
}

function sampled(code: CodeBlock, bytes: Readonly<Record<number, number>> = {}, length = 280): SampledBlock {
  return { code, sample: sample(bytes, length) };
}

describe('the file for the interpreter', () => {
  it.each([
    ['assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd', 5],
    ["\n\nassert tcpi_snd_cwnd == limit \\\n  , 'cwnd=%d' % tcpi_snd_cwnd", 30],
    ['pass; assert (tcpi_options & TCPI_OPT_SACK) != 0; pass', 1],
    ['if tcpi_state == 0:\n  x = 1\n  assert x == 2, "no"', 12],
    ['\nassert nothing', 9],
    ['assert tcpi_rehash', 9],
    ['a = 1 // tcpi_state', 2],
  ])('fails as packetspec does: %j', (text, firstLine) => {
    const blocks = [sampled(block('limit = 9')), sampled(block(text, firstLine), { 80: 7 }, 200)];
    const runner = new CodeRunner();
    const [own] = blocks.map(({ code, sample: values }) => runner.run(code, values).failure).slice(1);
    const { status, failure } = interpret(blocks);
    expect(own).toBeDefined();
    expect(failure).toEqual(own);
    expect(status).toBe(1);
  });

  it('runs what packetspec does not evaluate', () => {
    const code = { text: 'def twice(x):\n  return 2 * x\nfor i in range(2): print(twice(i))', firstLine: 1 };
    expect(interpret([sampled(code)])).toEqual({ status: 0, printed: '0\n2\n', failure: undefined });
  });

  it('says where an assertion of a function failed', () => {
    const code = { text: 'def check(x):\n  assert x == 2, x\ncheck(3)', firstLine: 10 };
    expect(interpret([sampled(code)]).failure).toMatchObject({ line: 11, text: 'assert x == 2, x', message: '3' });
  });

  it('refuses a wrong text before any block is run', () => {
    const blocks = [sampled({ text: 'print(1)', firstLine: 3 }), sampled({ text: '\n  x = 1', firstLine: 8 })];
    const { status, printed, failure } = interpret(blocks);
    expect({ status, printed }).toEqual({ status: 1, printed: '' });
    expect(failure).toMatchObject({ line: 9, error: 'IndentationError' });
  });

  it.each(['assert (1', 'x = """', 'if 1:\n', 'x = \\'])('puts what ends too early within the block: %j', (text) => {
    const { failure } = interpret([sampled({ text, firstLine: 20 })]);
    expect(failure?.line).toBe(20);
    expect(['SyntaxError', 'IndentationError']).toContain(failure?.error);
  });

  it('carries quotes, backslashes and other characters as they are', () => {
    const code = { text: `print('"\\\\', "it's \u00fc \u2028 ")`, firstLine: 1 };
    expect(interpret([sampled(code)]).printed).toBe('"\\ it\'s \u00fc \u2028 \n');
  });

  it('fails when a value could not be had', () => {
    const { failure } = interpret([{ code: block('pass', 4), sample: {} }]);
    expect(failure).toMatchObject({ line: 4, error: 'RuntimeError' });
    expect(failure?.message).toContain('no socket');
  });

  it('leaves an exit of the script its status, and says nothing of its own', () => {
    expect(interpret([sampled({ text: 'sys.exit(3)', firstLine: 1 })])).toMatchObject({
      status: 3,
      failure: undefined,
    });
  });
});

describe('the interpreter’s output', () => {
  it.each([
    '',
    'Traceback',
    'packetspec-code-failure ',
    'packetspec-code-failure {"line":"1"}',
    'packetspec-code-failure 7',
  ])('that says nothing of a failure has none: %j', (output) => expect(readInterpreterOutput(output)).toBeUndefined());
});
