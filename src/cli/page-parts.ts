/** What pages are made of: their program and style, which the build puts beside the bundle, and how they are packed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { PageParts } from '../report/html/document';
import { packageVersion } from './version';

/** @param folder the one that `npm run build` writes to */
export function pageParts(folder = __dirname): PageParts {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    program: `packetspec ${packageVersion()}`,
    script: read('report-page.js'),
    style: read('report-page.css'),
    digest: (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`,
    pack: (text) => deflateRawSync(text).toString('base64'),
  };
}
