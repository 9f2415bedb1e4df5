import { expect, it } from 'vitest';
import { parseSpec } from '../../src/spec/parse';

it('the name of a file says which language it is in', () => {
  const settings = { set: new Map<string, string>(), maxCombinations: 1 };
  const parse = (path: string, text: string) => parseSpec({ path, text }, settings).diagnostics.map(({ code }) => code);
  expect(parse('a.pkt', '0 `true`\n')).toEqual([]);
  expect(parse('a.yaml', '0 `true`\n')).not.toEqual([]);
  expect(parse('a.pkt', 'name: x\nsteps: [wait: 1s]\n')).toContain('pkt-syntax');
});
