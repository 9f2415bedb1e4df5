import { describe, expect, it } from 'vitest';
import { readPage } from '../../../../src/host/linux/events/ring-page';

const LAYOUT = { commitAt: 8, dataAt: 16, pageBytes: 4096 };
const BASE = 5_000_000_000n;

/** A page with these 32-bit words as its data. */
function page(words: readonly number[], flags = 0): DataView {
  const view = new DataView(new ArrayBuffer(LAYOUT.pageBytes));
  view.setBigUint64(0, BASE, true);
  view.setUint32(LAYOUT.commitAt, (words.length * 4) | flags, true);
  words.forEach((word, index) => view.setUint32(LAYOUT.dataAt + index * 4, word >>> 0, true));
  return view;
}

/** The first word of a record (struct ring_buffer_event). */
const head = (typeLength: number, delta: number): number => (delta << 5) | typeLength;

describe('a page of the ring buffer', () => {
  it('holds records of so many words, each a little later than the one before', () => {
    const { baseNs, records, missed } = readPage(page([head(2, 10), 1, 2, head(1, 5), 3]), LAYOUT);
    expect(baseNs).toBe(BASE);
    expect(missed).toBe(false);
    expect(records).toEqual([
      { sinceBaseNs: 10, start: 20, end: 28 },
      { sinceBaseNs: 15, start: 32, end: 36 },
    ]);
  });

  it('gives the length of a long record in a word of its own, which counts', () => {
    const words = Array.from({ length: 30 }, () => 7);
    const { records } = readPage(page([head(0, 3), 4 + 120, ...words, head(1, 1), 9]), LAYOUT);
    expect(records).toEqual([
      { sinceBaseNs: 3, start: 24, end: 144 },
      { sinceBaseNs: 4, start: 148, end: 152 },
    ]);
  });

  it('extends the time when nothing came for long', () => {
    const { records } = readPage(page([head(30, 1), 2, head(1, 4), 0]), LAYOUT);
    expect(records).toEqual([{ sinceBaseNs: 2 * 2 ** 27 + 1 + 4, start: 28, end: 32 }]);
  });

  it('may say the whole time', () => {
    const later = BASE + 123_456n;
    const words = [head(31, Number(later % 2n ** 27n)), Number(later / 2n ** 27n), head(1, 4), 0];
    expect(readPage(page(words), LAYOUT).records).toEqual([{ sinceBaseNs: 123_460, start: 28, end: 32 }]);
  });

  it('leaves out what was discarded, and ends at the padding', () => {
    const { records } = readPage(page([head(29, 1), 8, 0, head(1, 2), 5, head(29, 0), 99, 99]), LAYOUT);
    expect(records).toEqual([{ sinceBaseNs: 3, start: 32, end: 36 }]);
  });

  it('says that events were lost before it', () => {
    expect(readPage(page([head(1, 2), 5], 1 << 31), LAYOUT)).toMatchObject({ missed: true, records: [{}] });
  });
});
