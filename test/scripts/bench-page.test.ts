import { describe, expect, it } from 'vitest';
import { type PageFacts, renderPage, renewSections } from '../../scripts/bench/page';
import type { Section } from '../../scripts/bench/section';

const facts: PageFacts = { date: '2026-01-01', seconds: 1, machine: [], conditions: 'load 0.0, 0 % busy', idle: true };
const section = (title: string, figure: string): Section => ({
  title,
  about: ['What it is.'],
  tables: [{ heading: ['what', 'value'], rows: [['a', figure]] }],
  notes: [],
});
const page = renderPage(facts, [section('One', '1'), section('One and a half', '1.5'), section('Two', '2')]);

describe('a page of benchmarks', () => {
  it('has the sections that were measured again in place of the old ones, with the day, and all others as they were', () => {
    const later = { ...facts, date: '2026-02-02', conditions: 'load 1.0, 9 % busy', idle: false };
    const renewed = renewSections(page, later, [section('One', '11'), section('Two', '22')]);
    const expected = renderPage(facts, [section('One', '11'), section('One and a half', '1.5'), section('Two', '22')]);
    const when = '\n\nMeasured again on 2026-02-02 (load 1.0, 9 % busy: **not idle**), on the machine above.';
    expect(renewed.split(when)).toHaveLength(3);
    expect(renewed.replaceAll(when, '')).toBe(expected);
    expect(renewSections(page, later, [])).toBe(page);
  });

  it('does not come to have one that it did not have', () => {
    expect(() => renewSections(page, facts, [section('Three', '3')])).toThrow('no section on Three');
  });
});
