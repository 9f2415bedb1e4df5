import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseText, renderAll } from './support';

/**
 * Bad specs and what is said of them: NAME.yaml and NAME.err. To add one, add a file; `UPDATE_GOLDEN=1` writes the
 * texts, which are then to be read.
 */
const BAD = join(__dirname, '../fixtures/spec/bad');
const GOOD = join(__dirname, '../fixtures/spec/good');
const namesIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe('bad specs', () => {
  it.each(namesIn(BAD))('%s', (name) => {
    const text = readFileSync(join(BAD, name), 'utf8');
    const { specs, diagnostics } = parseText(text);
    const rendered = `${renderAll(text, diagnostics, name)}\n`;
    const golden = join(BAD, name.replace(/\.yaml$/, '.err'));
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, rendered);
    expect(specs).toEqual([]);
    expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
    expect(existsSync(golden) ? readFileSync(golden, 'utf8') : '').toBe(rendered);
  });

  it('has a text for each spec and no other', () => {
    const texts = readdirSync(BAD).filter((name) => name.endsWith('.err'));
    expect(texts.map((name) => name.replace(/\.err$/, '.yaml')).sort()).toEqual(namesIn(BAD).sort());
  });
});

describe('good specs', () => {
  it.each(namesIn(GOOD))('%s', (name) => {
    const text = readFileSync(join(GOOD, name), 'utf8');
    const { specs, diagnostics } = parseText(text);
    expect(renderAll(text, diagnostics, name)).toBe('');
    expect(specs.length).toBeGreaterThan(0);
  });
});
