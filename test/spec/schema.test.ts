import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonSchema } from '../../src/spec/schema';

const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(jsonSchema());
const accepts = (text: string): boolean => validate(parse(text));
const GOOD = join(__dirname, '../fixtures/spec/good');
const PAGE = readFileSync(join(__dirname, '../../docs/language.md'), 'utf8');

describe('the JSON Schema', () => {
  it('accepts every example of the language page', () => {
    const blocks = [...PAGE.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
    expect(blocks.filter((block) => !accepts(block))).toEqual([]);
  });

  it('accepts good specs that are YAML for every tool', () => {
    const names = readdirSync(GOOD).filter((name) => name !== 'literal-flow-templates.yaml');
    expect(names.filter((name) => !accepts(readFileSync(join(GOOD, name), 'utf8')))).toEqual([]);
  });

  const bad: readonly [string, string][] = [
    ['an unknown key', 'name: x\nsteps: [{ wait: 1s }]\nnmae: y'],
    ['an unknown key of a step', 'name: x\nsteps: [{ wait: 1s, conection: a }]'],
    ['a step that does nothing', 'name: x\nsteps: [{ connection: a }]'],
    ['no steps', 'name: x\nsteps: []'],
    ['a missing name', 'steps: [{ wait: 1s }]'],
    ['a port out of range', 'name: x\nserver: { listen: 70000 }\nsteps: [{ wait: 1s }]'],
    ['a wrong type', 'name: x\nmtu: big\nsteps: [{ wait: 1s }]'],
    [
      'a mistake deep in nested rounds',
      'name: x\nsteps: [{ repeat: 2, steps: [{ repeat: 2, steps: [{ whait: 1s }] }] }]',
    ],
  ];
  it.each(bad)('refuses %s', (_, text) => {
    expect(accepts(text)).toBe(false);
  });

  it('describes what editors show', () => {
    expect(JSON.stringify(jsonSchema())).toContain('"description":"What the spec shows, in one line."');
  });

  it('can be made twice', () => {
    expect(jsonSchema()).toEqual(jsonSchema());
  });
});
