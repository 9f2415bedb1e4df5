/** The page `docs/benchmarks.md`, all of it: nothing in it is written by hand. */
import type { Section } from './section';
import { markdownTable } from './table';

export interface PageFacts {
  readonly date: string;
  readonly seconds: number;
  readonly machine: readonly (readonly [string, string])[];
  /** Before the first measurement, and whether that is idle. */
  readonly conditions: string;
  readonly idle: boolean;
}

export function renderPage(facts: PageFacts, sections: readonly Section[]): string {
  return [
    '# Benchmarks',
    '`npm run bench` writes this page; do not edit it. It needs what the specs need, and `cc` for the floor; it takes some 25 minutes.',
    '## How to read it',
    READING,
    '## The machine',
    markdownTable({
      heading: ['what', 'value'],
      rows: [
        ['Date', facts.date],
        ...facts.machine,
        ['Busy before the bench', `${facts.conditions}${facts.idle ? '' : ': **not idle**'}`],
        ['Took', `${Math.round(facts.seconds)} s`],
      ],
    }),
    ...sections.flatMap(renderSection),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** A page in which some sections are those that were measured now. */
export function renewSections(page: string, facts: PageFacts, sections: readonly Section[]): string {
  const when = `Measured again on ${facts.date} (${facts.conditions}${facts.idle ? '' : ': **not idle**'}), on the machine above.`;
  return sections.reduce(
    (whole, section) => replaceSection(whole, section.title, renderSection(section).toSpliced(1, 0, when).join('\n\n')),
    page,
  );
}

function replaceSection(page: string, title: string, text: string): string {
  const from = page.indexOf(`\n## ${title}\n`) + 1;
  if (from === 0) throw new Error(`the page has no section on ${title}: all of it must be measured first`);
  const next = page.indexOf('\n## ', from);
  return next < 0 ? `${page.slice(0, from)}${text}\n` : `${page.slice(0, from)}${text}\n${page.slice(next)}`;
}

const READING = [
  '- Absolute times belong to this machine on this day. What can be compared is the **ratio** to the floor, which was measured in the same run, turn by turn with packetspec: the same work in C, or Node that does nothing.',
  '- Each repeat gives a median, a p99 and a maximum over its events. The tables show the median of the repeats, and in brackets the lowest and the highest of them.',
  '- A maximum is one event. On a shared or virtual machine it says more about the neighbours than about packetspec: see what the floor has. Other real-time processes have the same priority and are not pushed aside.',
  '- The goals hold for an idle machine. *Busy* is what others used of all processors in the moment before a measurement; the load average includes the bench itself.',
  '- Nothing here is a test: no time fails a build.',
].join('\n');

function renderSection({ title, about, tables, notes }: Section): readonly string[] {
  return [`## ${title}`, ...about, ...tables.map(markdownTable), ...notes];
}
