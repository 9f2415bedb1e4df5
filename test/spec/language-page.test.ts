import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STEP_SCHEMAS } from '../../src/spec/yaml/schema';
import { parseText, renderAll } from './support';

const PAGE = readFileSync(join(__dirname, '../../docs/language.md'), 'utf8');
const BLOCKS = [...PAGE.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);

describe('docs/language.md', () => {
  it('has an example for each action', () => {
    const all = BLOCKS.join('\n');
    const missing = Object.keys(STEP_SCHEMAS).filter((action) => !new RegExp(`^ *-? *\\{? *${action}:`, 'm').test(all));
    expect(missing).toEqual([]);
  });

  it.each(BLOCKS.map((block) => ({ name: /name: (.*)/.exec(block)?.[1], block })))('example: $name', ({ block }) => {
    const { specs, diagnostics } = parseText(block);
    expect(renderAll(block, diagnostics, 'language.md')).toBe('');
    expect(specs.length).toBeGreaterThan(0);
  });
});
