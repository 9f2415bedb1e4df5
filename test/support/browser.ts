/** Pages as readers open them: a headless Chromium, which is told what it asked for. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launchChromium } from '../../scripts/chromium';
import { present } from '../../src/base/assert';
import { ROOT } from './live';

/** Pictures of what the tests saw, for people; in an ignored folder. */
const SCREENSHOTS = join(ROOT, 'coverage/screenshots');

export interface OpenedPage {
  readonly page: Page;
  /** Addresses that were asked for, besides the page itself. */
  readonly requests: readonly string[];
  /** What the browser complained of. */
  readonly complaints: readonly string[];
}

/** One browser for all tests of a file. */
export function useBrowser(): {
  open(file: string, options?: BrowserContextOptions & { hash?: string }): Promise<OpenedPage>;
} {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  return {
    open: async (file, { hash = '', ...options } = {}) => {
      const context = await present(browser, 'the browser').newContext({
        viewport: { width: 1280, height: 900 },
        ...options,
      });
      const page = await context.newPage();
      const address = `${pathToFileURL(file).href}${hash}`;
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => {
        if (request.url() !== address.replace(/#.*/, '') && !request.url().startsWith('data:'))
          requests.push(request.url());
      });
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(address);
      return { page, requests, complaints };
    },
  };
}

/** What axe-core finds wrong for those who cannot see, or not use a mouse: rules of WCAG 2.2 A and AA, and good practice. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<Pick<axe.AxeResults, 'violations'>>('axe.run(document)');
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes
        .map(({ html }) => html)
        .join(' ')
        .slice(0, 500)}`,
  );
}

export async function keepPicture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}
