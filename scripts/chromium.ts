/** The Chromium of this machine, which tests and measurements open pages with. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Debian's, and what others call theirs. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** A headless one, without its sandbox, which does not work for root: it is to open pages of our own only. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
}

/** @throws with what to do, when there is none */
function chromiumPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const path = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (path === undefined) throw new Error('this needs Chromium; as root: apt-get install chromium');
  return path;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
