import { describe, expect, it } from 'vitest';
import { libc } from '../../../src/host/linux/libc';
import { OutputTail } from '../../../src/host/linux/output-tail';

function printing(...texts: readonly string[]): OutputTail {
  const tail = new OutputTail();
  for (const text of texts) {
    const bytes = Buffer.from(text);
    libc.write(tail.writeEnd, bytes, bytes.length);
    tail.take();
  }
  return tail;
}

describe('the end of what is printed', () => {
  it('is all of it when it is short', () => {
    const tail = printing('one ', 'two');
    expect(tail.text()).toBe('one two');
    expect(tail.readEnd).toBeGreaterThanOrEqual(0);
    libc.close(tail.writeEnd);
    tail.take();
    expect(tail.readEnd).toBe(-1);
    expect(tail.text()).toBe('one two');
  });

  it('is the last 8 KiB when it is long', () => {
    const tail = printing('a'.repeat(60_000), 'b'.repeat(8000), 'c');
    expect(tail.text()).toBe(`${'a'.repeat(191)}${'b'.repeat(8000)}c`);
    libc.close(tail.writeEnd);
    tail.close();
  });

  it('begins with a whole character', () => {
    const tail = printing('\u20ac'.repeat(5000));
    expect(tail.text()).toBe('\u20ac'.repeat(Math.floor(8192 / 3)));
    libc.close(tail.writeEnd);
    tail.close();
  });

  it('is empty when nothing is printed', () => {
    const tail = printing();
    tail.take();
    expect(tail.text()).toBe('');
    libc.close(tail.writeEnd);
    tail.close();
    tail.close();
  });
});
