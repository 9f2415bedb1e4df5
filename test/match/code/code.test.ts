import { describe, expect, it } from 'vitest';
import { CodeRunner } from '../../../src/match/code/code';
import { block, sample } from './python';

/** include/uapi/linux/tcp.h: tcpi_state is byte 0, tcpi_options byte 5, tcpi_snd_cwnd at 80, tcpi_rehash at 236. */
const CWND = { 80: 10 };

describe('a code block', () => {
  it('sees the values of its sample, and constants', () => {
    const text = 'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd\nassert (tcpi_options & TCPI_OPT_SACK) != 0';
    expect(new CodeRunner().run(block(text), sample({ ...CWND, 5: 6 }))).toEqual({ printed: [] });
  });

  it('fails with the line of the file, the statement, the message and the values that were looked at', () => {
    const text = "\n\nassert 1 <= tcpi_snd_cwnd \\\n   <= limit, 'cwnd=%d' % tcpi_snd_cwnd\n";
    const runner = new CodeRunner();
    runner.run(block('limit = 9'), sample());
    expect(runner.run(block(text, 40), sample(CWND)).failure).toEqual({
      line: 42,
      text: "assert 1 <= tcpi_snd_cwnd <= limit, 'cwnd=%d' % tcpi_snd_cwnd",
      error: 'AssertionError',
      message: 'cwnd=10',
      values: [
        { name: 'tcpi_snd_cwnd', value: '10' },
        { name: 'limit', value: '9' },
      ],
    });
  });

  it('keeps its variables for the next one, while the values of the kernel are new', () => {
    const runner = new CodeRunner();
    runner.run(block('cwnd = tcpi_snd_cwnd; tcpi_snd_cwnd = 5'), sample(CWND));
    const { printed } = runner.run(block('cwnd += 1; print(cwnd, tcpi_snd_cwnd)'), sample({ 80: 12 }));
    expect(printed).toEqual(['11 12']);
  });

  it('is not evaluated any more when one before it has failed', () => {
    const runner = new CodeRunner();
    expect(runner.run(block('assert 0'), sample()).failure).toBeDefined();
    expect(runner.run(block('print(1); assert 0'), sample())).toEqual({ printed: [] });
  });

  it('stops at an error, with what was printed before it', () => {
    const { failure, printed } = new CodeRunner().run(block('print(1)\nprint(nothing)\nprint(2)', 7), sample());
    expect(printed).toEqual(['1']);
    expect(failure).toMatchObject({ line: 8, error: 'NameError', message: "name 'nothing' is not defined" });
  });

  it('reports the line of an elif whose test is in error', () => {
    const { failure } = new CodeRunner().run(block('if 0:\n  pass\nelif 1 / 0:\n  pass'), sample());
    expect(failure).toMatchObject({ line: 3, error: 'ZeroDivisionError', text: 'elif 1 / 0:' });
  });

  it('says that an older kernel has no such field', () => {
    const { failure } = new CodeRunner().run(block('assert tcpi_rehash == 0'), sample({}, 232));
    expect(failure?.error).toBe('NameError');
    expect(failure?.message).toContain("this kernel's TCP_INFO is 232 bytes: it has no tcpi_rehash");
  });

  it('sees a rate of 2^64 - 1 exactly', () => {
    const all = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [112 + index, 0xff]));
    const { failure } = new CodeRunner().run(block('assert tcpi_max_pacing_rate == 2 ** 64 - 1'), sample(all));
    expect(failure).toBeUndefined();
  });

  it('fails when an option could not be read', () => {
    const { failure } = new CodeRunner().run(block('pass', 3), { ...sample(), memoryInfo: { errno: 'EBADF' } });
    expect(failure).toMatchObject({ line: 3, error: 'SampleError', message: 'getsockopt(SO_MEMINFO) gave EBADF' });
  });

  it('shows of a long value only the beginning', () => {
    const { failure } = new CodeRunner().run(block("a = 'x' * 1000; assert not a"), sample());
    expect(failure?.values[0]?.value).toHaveLength(203);
  });
});
