import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageParts } from '../../../../src/cli/page-parts';
import { htmlReporter } from '../../../../src/report/html/html';
import type { RunResult, SuiteListener } from '../../../../src/suite/suite';
import { at, came, inject, MS, samples, seg, sent, socketEntry, timelineOf } from '../../../support/builders';
import { accessibilityProblems, keepPicture, useBrowser } from '../../../support/browser';
import { ROOT } from '../../../support/live';
import { resultOf, summaryOf } from '../../../support/results';
import { collecting } from '../../../support/sinks';
import { tellAll, tellRejected } from '../../hostile';
import * as scenes from '../../scenes';

const FILE = 'specs/accept/full.yaml';
const TEXT = [
  'name: A full accept queue',
  ...Array.from({ length: 8 }, (_, index) => `# line ${index + 2}`),
  '  - inject: S 0:0(0) win 64240 <mss 1460>',
  '  - expect: S. 0:0(0) ack 1 <mss 1460>',
  '  - queue: { accept: 6, limit: 5 }',
  '  - silence: 1s',
  '',
].join('\n');

/** Looks at the queues and the counters while something crosses the link. */
function watched(): RunResult {
  const place = { line: 3, column: 1, text: '' };
  const timeline = timelineOf(
    [
      inject(seg('S', { seq: 0 })),
      ...[0, 1, 2].map((index) => samples({ kind: 'queue', fields: [] }, { when: at(index * 300 * MS) })),
    ],
    { name: 'Queues that grow', sysctls: [{ name: 'net.ipv4.tcp_max_syn_backlog', value: '8', place }] },
  );
  const looks = [0, 1, 2].map((index) => ({
    kind: 'sampled' as const,
    step: index + 1,
    plannedNs: index * 300 * MS,
    startedNs: index * 300 * MS,
    atNs: index * 300 * MS + 5,
    sample: {
      sockets: [
        socketEntry({ state: 'LISTEN', receiveQueue: index * 2, sendQueue: 5 }),
        socketEntry({ state: 'SYN_RECV' }),
      ],
      counters: { 'TcpExt.ListenDrops': index },
    },
  }));
  return resultOf(timeline, [sent(0, 0, seg('S', { seq: 0 })), ...looks]);
}

function longRun(): RunResult {
  const strays = Array.from({ length: 2500 }, (_, index) => came((index + 1) * MS, seg('.', { seq: 1 })));
  return resultOf(timelineOf([inject(seg('S'))], { name: 'A long run' }), [sent(0, 0, seg('S')), ...strays]);
}

const RESULTS: readonly RunResult[] = [
  onKernel(scenes.passed(), '5.10.1'),
  onKernel(scenes.twoFailures(), '6.18.2'),
  scenes.wrongSegment(),
  scenes.nothingCame(),
  scenes.skipped(),
  scenes.errored(),
  scenes.inconclusive(),
  watched(),
  longRun(),
].map((result, index) => ({ ...result, run: { ...result.run, index } }));

function onKernel(result: RunResult, kernel: string): RunResult {
  const { trace } = result;
  return trace === undefined
    ? result
    : { ...result, trace: { ...trace, environment: { ...trace.environment, kernel } } };
}

function tellSuite(listener: SuiteListener): void {
  const files = [{ path: FILE, text: TEXT }];
  listener({ kind: 'suite-started', runs: RESULTS.map(({ run }) => run), files, jobs: 1 });
  listener({ kind: 'suite-finished', summary: summaryOf(), results: RESULTS });
}

const FAILED = 1;
const WATCHED = 7;
const LONG = 8;

describe('the page, in Chromium', () => {
  let folder = '';
  const browser = useBrowser();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packetspec-page-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function written(tell: (listener: SuiteListener) => void = tellSuite): string {
    const { sink, parts } = collecting();
    tell(htmlReporter(sink, () => pageParts(join(ROOT, 'dist'))));
    const file = join(folder, 'report.html');
    writeFileSync(file, parts.join(''));
    return file;
  }

  async function openRun(index: number): Promise<Page> {
    const { page } = await browser.open(written());
    await goToRun(page, index);
    return page;
  }

  async function goToRun(page: Page, index: number): Promise<void> {
    await page.goto(`${page.url().replace(/#.*/, '')}#run-${index}`);
    await page.locator(`article[data-index="${index}"]`).waitFor();
  }

  function shownRuns(page: Page): Promise<readonly string[]> {
    return page.locator('.items tbody tr:visible .status').allInnerTexts();
  }

  it('opens from a disk, asks no network for anything, and complains of nothing', async () => {
    const { page, requests, complaints } = await browser.open(written(), { offline: true });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await shownRuns(page)).toHaveLength(RESULTS.length);
    await goToRun(page, FAILED);
    expect(requests).toEqual([]);
    expect(complaints).toEqual([]);
    await keepPicture(page, 'failed-run');
  });

  it('is filtered by status, kernel and name', async () => {
    const { page } = await browser.open(written());
    await keepPicture(page, 'overview');
    await page.getByRole('checkbox', { name: /passed/ }).uncheck();
    expect((await shownRuns(page)).some((text) => text.includes('passed'))).toBe(false);
    await page.getByRole('checkbox', { name: /passed/ }).check();
    await page.getByLabel('Kernel').selectOption('5.10.1');
    expect(await shownRuns(page)).toHaveLength(1);
    expect(await page.getByRole('status').innerText()).toBe(`1 of ${RESULTS.length} shown`);
    await page.getByLabel('Kernel').selectOption({ label: 'all' });
    await page.getByLabel(/File, name/).fill('queues GROW');
    expect(await shownRuns(page)).toHaveLength(1);
  });

  it('shows a failure: the check, the ladder, and the line of the spec', async () => {
    const { page } = await browser.open(written());
    await page.getByRole('link', { name: 'A full accept queue' }).nth(FAILED).click();
    await page.locator('#item-title').waitFor();
    expect(await page.locator('.failures li').allInnerTexts()).toEqual([
      expect.stringContaining('accept: expected 6, observed 7'),
      expect.stringContaining('silence'),
    ]);
    expect(await page.locator('.ladder tr.failed').count()).toBe(2);
    expect(await page.locator('.source .marked').allInnerTexts()).toEqual([
      expect.stringContaining('queue: { accept: 6, limit: 5 }'),
      expect.stringContaining('silence: 1s'),
    ]);
    expect(await page.locator('.ladder .pause').innerText()).toMatch(/499\.93ms later/);
    await page.locator('.failures').getByRole('link', { name: 'Line 12' }).click();
    await page.locator('#line-12:focus').waitFor();
  });

  it('shows the headers of a segment while the pointer is on it', async () => {
    const page = await openRun(FAILED);
    const tip = page.getByRole('tooltip');
    expect(await tip.isVisible()).toBe(false);
    await page.locator('button.segment').first().hover();
    await tip.waitFor();
    expect(await tip.innerText()).toMatch(/IPv4[\s\S]*192\.0\.2\.1[\s\S]*TCP[\s\S]*SYN \(S\)[\s\S]*mss 1460/);
    await keepPicture(page, 'headers');
    await page.keyboard.press('Escape');
    expect(await tip.isVisible()).toBe(false);
  });

  it('shows the raw bytes of a segment after a click, and hides them after another', async () => {
    const page = await openRun(FAILED);
    const first = page.locator('button.segment').first();
    await first.click();
    expect(await first.getAttribute('aria-expanded')).toBe('true');
    const bytes = RESULTS[FAILED]?.verdict.crossed[0]?.bytes ?? new Uint8Array();
    const text = await page.locator('pre.bytes').innerText();
    const shown = text.split('\n').map((line) => line.slice(6, 54).replaceAll(' ', ''));
    expect(shown.join('')).toBe(Buffer.from(bytes).toString('hex'));
    await keepPicture(page, 'bytes');
    await first.click();
    expect(await page.locator('pre.bytes').count()).toBe(0);
  });

  it('draws the queues with their limit and the segments, and has every value in a table', async () => {
    const page = await openRun(WATCHED);
    const plot = page.getByRole('img', { name: /Queues of/ });
    expect(await plot.locator('path.sign.accept').getAttribute('d')).toMatch(/^(?:M[^M]+){3}$/);
    expect(await plot.locator('path.series.limit').count()).toBe(2);
    expect(await plot.locator('path.series.bound').count()).toBe(1);
    expect(await plot.locator('path.sign.in').getAttribute('d')).not.toBe('');
    await page.getByText('Values as a table').click();
    const cells = await page.locator('figure tbody tr').last().locator('td').allInnerTexts();
    expect(cells.slice(2)).toEqual(['4', '1', '5']);
    expect(await page.locator('.counters tbody').innerText()).toMatch(
      /TcpExt\.ListenDrops\s+\+1\s+\+1[\s\S]*\+1\s+\+2/,
    );
    await keepPicture(page, 'queues');
  });

  it('can be used with the keyboard alone', async () => {
    const { page } = await browser.open(written());
    await page.getByRole('heading', { level: 1 }).waitFor();
    const focused = (): Promise<unknown> =>
      page.evaluate(
        'document.activeElement.cloneNode(false).outerHTML + document.activeElement.textContent.slice(0, 60)',
      );
    const tabTo = async (wanted: RegExp): Promise<void> => {
      for (let presses = 0; presses < 60 && !wanted.test(String(await focused())); presses++)
        await page.keyboard.press('Tab');
      expect(String(await focused())).toMatch(wanted);
    };
    await tabTo(/name="passed"/);
    await page.keyboard.press('Space');
    await tabTo(/href="#run-1"/);
    await page.keyboard.press('Enter');
    await page.locator('#item-title').waitFor();
    expect(await focused()).toContain('id="item-title"');
    await tabTo(/class="segment"/);
    expect(await page.getByRole('tooltip').innerText()).toContain('TCP');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toContain('S. 0:0(0) ack 1');
    await page.keyboard.press('Enter');
    expect(await page.locator('pre.bytes').count()).toBe(1);
    await page.keyboard.press('End');
    await tabTo(/id="back"/);
    await page.keyboard.press('Enter');
    await page.locator('#overview-title').waitFor();
    expect(await focused()).toContain('href="#run-1"');
    // The filter is as it was.
    expect(await page.getByRole('checkbox', { name: /passed/ }).isChecked()).toBe(false);
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe-core finds fault with, in %s colours',
    async (colorScheme) => {
      const { page } = await browser.open(written(), { colorScheme });
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      for (const index of [FAILED, WATCHED, 5]) {
        await goToRun(page, index);
        expect(await accessibilityProblems(page)).toEqual([]);
      }
      await keepPicture(page, `errored-${colorScheme}`);
    },
  );

  it('has names and roles for whoever hears it', async () => {
    const page = await openRun(FAILED);
    const tree = await page.locator('main').ariaSnapshot();
    expect(tree).toContain('heading "What happened" [level=2]');
    expect(tree).toMatch(/row "10 0\.000001 default injected S 0:0\(0\) win 64240 <mss 1460>"/);
    expect(tree).toMatch(/cell "sent by the kernel"/);
    expect(tree).toMatch(/cell "at the kernel"/);
  });

  it('shows a long run in parts', async () => {
    const page = await openRun(LONG);
    const segments = page.locator('button.segment');
    const before = await segments.count();
    expect(before).toBeLessThan(400);
    await page
      .getByRole('button', { name: /Show 500 of \d+ more rows/ })
      .first()
      .click();
    expect(await segments.count()).toBe(before + 500);
    expect(await page.evaluate('document.activeElement.className')).toBe('segment');
  });

  it('lets nothing of a spec become markup', async () => {
    const { page, complaints } = await browser.open(written(tellAll));
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const index of [2, 4, 5]) {
      await goToRun(page, index);
    }
    expect(await page.locator('main b[x]').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows what is wrong with a rejected file', async () => {
    const { page } = await browser.open(written(tellRejected), { hash: '#run-0' });
    expect(await page.locator('pre.diagnostic').first().innerText()).toContain('error[bad-segment]');
    expect(await page.locator('.source .marked').innerText()).toContain('x');
  });

  it('says when it was cut off', async () => {
    const file = written();
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, text.indexOf('id="item-3"') + 40));
    const { page } = await browser.open(file, { hash: '#run-6' });
    expect(await page.getByRole('alert').innerText()).toContain('cut off');
  });

  it('has the counts for those who run no programs', async () => {
    const { page } = await browser.open(written(), { javaScriptEnabled: false });
    expect(await page.locator('noscript').innerText()).toContain('The suite: 0 passed');
  });
});
