/** The HTML report of a large suite: how long it takes to make, how large it is, and how fast it opens. */
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { pageParts } from '../../src/cli/page-parts';
import { htmlReporter } from '../../src/report/html/html';
import { summarize } from '../../src/suite/run';
import type { RunResult } from '../../src/suite/suite';
import { readTrace } from '../../src/trace/jsonl';
import { judge } from '../../src/verify/judge';
import { launchChromium } from '../chromium';
import { output } from './process';
import { COMMAND, DIST, SPECS } from './product';
import type { Bench, Section } from './section';
import { type Spread, spreadOf } from './statistics';
import { figure, spreadText } from './table';

const RUNS = 1000;
const OPENINGS = 10;
const GOAL_MS = 2000;

export async function benchHtml({ folder, say }: Bench): Promise<Section> {
  const results = await realResults(folder);
  const file = join(folder, 'report.html');
  const start = performance.now();
  writePage(file, results);
  const madeMs = performance.now() - start;
  say(`html: made in ${figure(madeMs / 1000)} s, ${figure(statSync(file).size / 2 ** 20)} MiB`);
  const opened = await open(file);
  say(`html: opens in ${figure(opened.overview.median)} ms`);
  const row = (name: string, spread: Spread): readonly string[] => [name, spreadText(spread)];
  return {
    title: 'HTML report',
    about: [
      `A report of ${RUNS} runs, all of them real ones of the specs of the queues, of closing and of resets, opened ${OPENINGS} times from the disk in a headless Chromium, each time in a new profile. The clock is the page's own: from the start of the navigation until what was asked for has been painted.`,
    ],
    tables: [
      {
        heading: ['until', 'ms'],
        rows: [
          row('the overview is there', opened.overview),
          row('all of the page is read', opened.loaded),
          row('a click on a run has opened it', opened.run),
        ],
      },
    ],
    notes: [
      `The page has ${figure(statSync(file).size / 2 ** 20)} MiB and was written in ${figure(madeMs / 1000)} s, the judging of the runs not counted.`,
      `The goal, the overview within ${GOAL_MS} ms, was ${opened.overview.highest < GOAL_MS ? 'met every time' : '**missed**'}.`,
    ],
  };
}

/** Real runs, repeated until there are enough. */
async function realResults(folder: string): Promise<readonly RunResult[]> {
  const traces = join(folder, 'html-traces');
  const names = ['accept-queue', 'syn-queue', 'closing', 'reset'].map((name) => join(SPECS, name));
  await output([...COMMAND, 'run', ...names, '--longest', '10s', '--trace', traces]);
  const real = readdirSync(traces).map((name) => resultOf(readFileSync(join(traces, name), 'utf8')));
  return Array.from({ length: RUNS }, (_, index) => {
    const result = real[index % real.length];
    if (result === undefined) throw new Error('nothing ran');
    return { ...result, run: { ...result.run, index } };
  });
}

function resultOf(text: string): RunResult {
  const read = readTrace(text);
  if (read.kind !== 'trace') throw new Error(read.problems.join('; '));
  const { trace } = read;
  return { run: { index: 0, timeline: trace.timeline }, verdict: judge(trace), attempts: 1, durationMs: 1, trace };
}

function writePage(file: string, results: readonly RunResult[]): void {
  const paths = new Set(results.map(({ run }) => run.timeline.file));
  const files = [...paths].map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  const descriptor = openSync(file, 'w');
  const write = (text: string): void => {
    writeSync(descriptor, text);
  };
  const tell = htmlReporter({ write, color: false, columns: 80, explain: false }, () => pageParts(DIST));
  tell({ kind: 'suite-started', runs: results.map(({ run }) => run), files, jobs: 1 });
  tell({ kind: 'suite-finished', summary: summarize(results, 0, 0), results });
  closeSync(descriptor);
}

interface Opened {
  readonly overview: Spread;
  readonly loaded: Spread;
  readonly run: Spread;
}

async function open(file: string): Promise<Opened> {
  const browser = await launchChromium();
  try {
    const openings = [];
    for (let round = 0; round < OPENINGS; round++) openings.push(await openOnce(browser, file));
    return {
      overview: spreadOf(openings.map(({ overview }) => overview)),
      loaded: spreadOf(openings.map(({ loaded }) => loaded)),
      run: spreadOf(openings.map(({ run }) => run)),
    };
  } finally {
    await browser.close();
  }
}

/** When what has been drawn is on the screen, by the page's clock. */
const PAINTED = 'new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))';

async function openOnce(browser: Browser, file: string): Promise<{ overview: number; loaded: number; run: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href, { waitUntil: 'commit' });
  await page.locator('#count').waitFor();
  const overview = Number(await page.evaluate(PAINTED));
  await page.waitForLoadState('load');
  const loaded = Number(await page.evaluate('performance.timing.loadEventEnd - performance.timing.navigationStart'));
  const before = Number(await page.evaluate('performance.now()'));
  await page
    .locator('.items a')
    .nth(RUNS / 2)
    .click();
  await page.locator('#item-title').waitFor();
  const run = Number(await page.evaluate(PAINTED)) - before;
  await context.close();
  return { overview, loaded, run };
}
