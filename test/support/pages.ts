/** Parts of pages for tests that read what is in a page: nothing is packed. */
import type { PageParts } from '../../src/report/html/document';

export const READABLE_PAGE: PageParts = {
  program: 'packetspec 9.9',
  script: 'void 0;',
  style: 'body {}',
  digest: (text) => `sha256-${text.length}`,
  // Without what could end the element, as Base64 is.
  pack: (text) => text.replaceAll('<', '\\u003c'),
};

/** What stands in the element with this id, as a value. */
export function dataOf(page: string, id: string): unknown {
  const text = new RegExp(`<script type="application/octet-stream" id="${id}">(.*?)</script>`).exec(page)?.[1];
  if (text === undefined) throw new Error(`the page has no ${id}`);
  return JSON.parse(text);
}
