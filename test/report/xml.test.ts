import { describe, expect, it } from 'vitest';
import { element, xmlText } from '../../src/report/xml';

// https://www.w3.org/TR/xml/: sections 2.2 (characters), 2.4 (`]]>`), 3.3.3 (attributes).
describe('XML', () => {
  it('escapes what would be markup', () => {
    expect(xmlText('a < b && c ]]> d')).toBe('a &lt; b &amp;&amp; c ]]&gt; d');
    expect(xmlText('\u0000\ud800\ufffe')).toBe('\u00b7\u00b7\u00b7');
  });

  it('keeps line breaks of attributes', () => {
    expect(element('a', { b: 'x\ny\t"z"' })).toBe('<a b="x&#10;y&#9;&quot;z&quot;"/>');
  });

  it('leaves out absent attributes, and closes what is empty', () => {
    expect(element('a', { b: undefined, c: 1 }, '<d/>')).toBe('<a c="1"><d/></a>');
  });
});
