/**
 * The page as text: one document with its style, its program and its data, which asks no server for anything. Its own
 * policy (CSP) forbids it to: nothing is loaded, and only this one program runs, whatever stands in a spec.
 *
 * Data stand in `script` elements that no browser runs, packed one by one, so that opening the page does not read them.
 */
import { printable } from '../../base/printable';
import { xmlText } from '../xml';
import { DATA_ID } from './view';

/** What the program brings along for pages. */
export interface PageParts {
  /** Who makes the page: name and version. */
  readonly program: string;
  readonly script: string;
  readonly style: string;
  /** As a policy names it: `sha256-` and the digest of the text in base64. */
  readonly digest: (text: string) => string;
  /** Raw DEFLATE (RFC 1951) of the text as UTF-8, in base64. */
  readonly pack: (text: string) => string;
}

/** Everything before the data of the items. @param noScript what a reader without JavaScript gets to know */
export function documentHead(suite: unknown, parts: PageParts, noScript: string): string {
  const script = inElement(parts.script, 'script');
  const style = inElement(parts.style, 'style');
  const policy = `default-src 'none'; script-src '${parts.digest(script)}'; style-src '${parts.digest(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    // Without one, browsers ask for /favicon.ico.
    '<link rel="icon" href="data:,">',
    '<title>packetspec</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<noscript><p>This page needs JavaScript. ${xmlText(noScript)}</p></noscript>`,
    dataElement(DATA_ID.suite, suite, parts),
    `<script>${script}</script>`,
    '',
  ].join('\n');
}

/** A value that the page finds by its id. */
export function dataElement(id: string, value: unknown, { pack }: PageParts): string {
  const text = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? printable(inner) : inner));
  // Base64 holds nothing that could end the element.
  return `<script type="application/octet-stream" id="${id}">${pack(text)}</script>`;
}

export const DOCUMENT_END = '</body>\n</html>\n';

/** Our own text; that it ends its element too soon would be a mistake of ours. */
function inElement(text: string, name: string): string {
  if (text.toLowerCase().includes(`</${name}`)) throw new Error(`the ${name} of the page would end before its end`);
  return text;
}
