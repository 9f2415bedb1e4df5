import { describe, expect, it } from 'vitest';
import { dataElement, documentHead } from '../../../src/report/html/document';
import { READABLE_PAGE } from '../../support/pages';

describe('the page as text', () => {
  it('forbids itself to load anything, and names the one program that may run', () => {
    const parts = { ...READABLE_PAGE, digest: (text: string) => `digest-of-${text.slice(0, 4)}` };
    const head = documentHead({}, parts, 'none');
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(head)?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'digest-of-void'");
    expect(policy).toContain("style-src 'digest-of-body'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('refuses a program that would end its own element', () => {
    const parts = { ...READABLE_PAGE, script: 'x = "</SCRIPT>"' };
    expect(() => documentHead({}, parts, '')).toThrow(/would end/);
  });

  it('holds no control characters, whatever is in the data', () => {
    const text = dataElement('x', { evil: 'a\u001b[2J\u202eb\nc' }, READABLE_PAGE);
    expect(text).toContain('a\u00b7[2J\u00b7b\\nc');
  });

  it('tells readers without JavaScript the counts', () => {
    expect(documentHead({}, READABLE_PAGE, '1 failed <b>')).toContain(
      '<noscript><p>This page needs JavaScript. 1 failed &lt;b&gt;',
    );
  });
});
