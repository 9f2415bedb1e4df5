import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepPicture, useBrowser } from '../support/browser';
import { packetspec } from '../support/command';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';

/** A real run of which one line has been made wrong: the limit of the queue is 5. */
function failingSpec(): string {
  const text = readFileSync(join(ROOT, 'specs/accept-queue/full-drops-final-ack.yaml'), 'utf8');
  const changed = text.replace(/(queue: \{ accept: \d+, limit: )(\d+)/, '$199');
  expect(changed).not.toBe(text);
  const folder = join(temporaryFolder, 'html');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'wrong-limit.yaml');
  writeFileSync(file, changed);
  return file;
}

describe('the HTML report of real runs', () => {
  const browser = useBrowser();
  const file = join(temporaryFolder, 'report.html');
  let spec = '';

  beforeAll(async () => {
    requireKernel();
    spec = failingSpec();
    const specs = [spec, 'specs/accept-queue/full-drops-syn.yaml', '--ip', 'ipv4'];
    const { status, stderr } = await packetspec(['run', ...specs, '--reporter', `html=${file}`]);
    expect(stderr).toBe('');
    expect(status).toBe(1);
  });

  it('shows the failed line, in the text of the spec and in the ladder', async () => {
    const { page, requests, complaints } = await browser.open(file);
    await page.locator('tr.failed a').first().click();
    await page.locator('#item-title').waitFor();
    const line =
      readFileSync(spec, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('limit: 99')) + 1;
    expect(await page.locator('.source .marked').getAttribute('value')).toBe(String(line));
    expect(await page.locator('.source .marked').innerText()).toContain('limit: 99');
    expect(await page.locator('.ladder tr.failed').first().innerText()).toContain('(expected 99)');
    expect([requests, complaints]).toEqual([[], []]);
    await keepPicture(page, 'real-failure');
  });

  it('plots the queues between the steps, too', async () => {
    const { page } = await browser.open(file);
    await page.locator('tr.failed a').first().click();
    const figure = page.locator('figure.queues');
    await figure.getByText('Values as a table').click();
    const rows = await figure.locator('tbody tr').allInnerTexts();
    const byTheHarness = rows.map((row) => row.split('\t')).filter(([, line]) => line === '');
    expect(byTheHarness.length).toBeGreaterThan(3);
    // The request waits in the SYN queue while its SYN+ACK is repeated, and is gone in the end.
    expect(byTheHarness.some(([, , , syn]) => syn === '1')).toBe(true);
    expect(byTheHarness.at(-1)?.[3]).toBe('0');
  });
});
