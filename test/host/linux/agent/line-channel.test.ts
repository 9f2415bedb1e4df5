import { afterEach, describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../../src/base/nanoseconds';
import { LineChannel } from '../../../../src/host/linux/agent/line-channel';
import { libc } from '../../../../src/host/linux/libc';
import { parseLine } from '../../../../src/trace/jsonl';

const fds: number[] = [];

function pipe(): { readonly read: number; readonly write: number } {
  const ends = new Int32Array(2);
  libc.pipe2(ends, 0);
  const [read = -1, write = -1] = ends;
  fds.push(read, write);
  return { read, write };
}

afterEach(() => {
  for (const fd of fds.splice(0)) libc.close(fd);
});

function say(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  libc.write(fd, bytes, bytes.length);
}

describe('lines over a pipe', () => {
  it('carry values, bytes included', () => {
    const { read, write } = pipe();
    const channel = new LineChannel(read, write);
    const value = { name: 'ä', bytes: Uint8Array.of(0, 255) };
    expect(channel.send(value)).toBe(true);
    const received = channel.receive(NS_PER_S);
    expect(received.kind === 'line' ? parseLine(received.text) : received).toEqual(value);
  });

  it('tell the other side of their end, which is how an agent hears that nobody waits for it any more', () => {
    const [questions, answers] = [pipe(), pipe()];
    const ours = new LineChannel(answers.read, questions.write);
    const theirs = new LineChannel(questions.read, answers.write);
    ours.close();
    fds.splice(0, fds.length, questions.read, answers.write);
    expect(theirs.receive(NS_PER_S)).toEqual({ kind: 'ended' });
    expect(theirs.send('an answer')).toBe(false);
  });

  it('come whole, however they were cut', () => {
    const { read, write } = pipe();
    const channel = new LineChannel(read, -1);
    say(write, '1\n2');
    expect(channel.receive(0)).toEqual({ kind: 'line', text: '1' });
    expect(channel.receive(0)).toEqual({ kind: 'nothing' });
    say(write, '3\n\n4\n');
    const texts = Array.from({ length: 3 }, () => channel.receive(0));
    expect(texts).toEqual(['23', '', '4'].map((text) => ({ kind: 'line', text })));
  });

  it('are waited for as long as is said, or until something else comes', () => {
    const { read } = pipe();
    const other = pipe();
    const channel = new LineChannel(read, -1);
    const startedMs = performance.now();
    expect(channel.receive(20 * NS_PER_MS)).toEqual({ kind: 'nothing' });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(19);
    say(other.write, 'x');
    expect(channel.receive(1e6 * NS_PER_S, other.read)).toEqual({ kind: 'nothing' });
  });

  it('end when nobody has the other end, after the last whole line', () => {
    const { read, write } = pipe();
    const channel = new LineChannel(read, -1);
    say(write, 'last\nhalf');
    libc.close(write);
    expect(channel.receive(NS_PER_S)).toEqual({ kind: 'line', text: 'last' });
    expect(channel.receive(NS_PER_S)).toEqual({ kind: 'ended' });
  });

  it('cannot be sent to nobody', () => {
    const { read, write } = pipe();
    libc.close(read);
    expect(new LineChannel(-1, write).send('x')).toBe(false);
  });
});
