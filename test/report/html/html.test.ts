import { describe, expect, it } from 'vitest';
import { htmlReporter } from '../../../src/report/html/html';
import type { SuiteView } from '../../../src/report/html/view';
import { dataOf, READABLE_PAGE } from '../../support/pages';
import { collecting } from '../../support/sinks';
import { RESULTS, tellAll, tellRejected } from '../hostile';

function pageOf(tell: (listener: ReturnType<typeof htmlReporter>) => void): string {
  const { sink, parts } = collecting();
  tell(htmlReporter(sink, () => READABLE_PAGE));
  return parts.join('');
}

describe('the page of a suite', () => {
  const page = pageOf(tellAll);
  const suite = dataOf(page, 'suite') as SuiteView;

  it('lists every run in the order of the plan, with its kernel', () => {
    expect(suite.items.map(({ status }) => status)).toEqual(RESULTS.map(({ verdict }) => verdict.status));
    expect(suite.items.every(({ file }) => file.startsWith('specs/'))).toBe(true);
    expect(suite.items[0]).toMatchObject({ label: 'ipv4 on 5.10', kernel: RESULTS[0]?.trace?.environment.kernel });
  });

  it('has the data of each run in an element of its own', () => {
    RESULTS.forEach((_, index) => expect(dataOf(page, `item-${index}`)).toMatchObject({ kind: 'run' }));
    expect(() => dataOf(page, `item-${RESULTS.length}`)).toThrow();
  });

  it('writes nothing before the end, and then a whole document', () => {
    expect(page.startsWith('<!DOCTYPE html>')).toBe(true);
    expect(page.endsWith('</html>\n')).toBe(true);
    const { sink, parts } = collecting();
    htmlReporter(sink, () => READABLE_PAGE)({ kind: 'run-started', run: (RESULTS[0] ?? never()).run, attempt: 1 });
    expect(parts).toEqual([]);
  });

  it('lists rejected files with what is wrong, and their text', () => {
    const rejected = pageOf(tellRejected);
    expect(dataOf(rejected, 'suite')).toMatchObject({ items: [{ status: 'rejected', label: '' }] });
    expect(dataOf(rejected, 'item-0')).toMatchObject({ kind: 'rejected', source: 0, marked: [1] });
    expect(dataOf(rejected, 'source-0')).toBe('x\ny\n');
  });

  it('has the text of what ran, and of no file that a filter left out', () => {
    const files = ['specs/other.yaml', 'specs/d.yaml'].map((path) => ({ path, text: `name: ${path}\n` }));
    const page = pageOf((listener) => {
      listener({ kind: 'suite-started', runs: RESULTS.map(({ run }) => run), files, jobs: 1 });
      tellAll(listener);
    });
    expect(dataOf(page, 'source-0')).toBe('name: specs/d.yaml\n');
    expect(() => dataOf(page, 'source-1')).toThrow(/has no/);
    expect(dataOf(page, 'item-4')).toMatchObject({ source: 0 });
  });

  it('names no address that a browser would ask for', () => {
    expect(page.replace(/<script[\s\S]*?<\/script>/g, '')).not.toMatch(/(?:src|href)="(?!data:,")/);
  });
});

function never(): never {
  throw new Error('there are results');
}
