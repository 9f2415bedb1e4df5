import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discover } from '../../src/suite/discover';

let root = '';

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'packetspec-discover-'));
  for (const folder of ['specs/a', 'specs/b/c', 'empty', 'odd [name]'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of [
    'specs/a/two.yaml',
    'specs/a/one.yml',
    'specs/b/c/deep.yaml',
    'specs/b/notes.txt',
    'specs/plain',
    'odd [name]/x.yaml',
  ]) {
    writeFileSync(join(root, file), `# ${file}`);
  }
  symlinkSync(join(root, 'nowhere.yaml'), join(root, 'specs/a/broken.yaml'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Paths below the root, and whether there were problems. */
function found(...names: readonly string[]): readonly string[] {
  return discover(names.map((name) => join(root, name))).files.map(({ path }) => relative(root, resolve(path)));
}

function problems(...names: readonly string[]): readonly string[] {
  return discover(names.map((name) => join(root, name))).problems;
}

describe('what is named', () => {
  it('a file is read, whatever it is called', () => {
    expect(discover([join(root, 'specs/plain')])).toEqual({
      files: [{ path: join(root, 'specs/plain'), text: '# specs/plain' }],
      problems: [],
    });
  });

  it('a folder is searched to its depth, for YAML only, in order', () => {
    expect(found('specs/b')).toEqual(['specs/b/c/deep.yaml']);
    expect(found('specs/b/')).toEqual(['specs/b/c/deep.yaml']);
    expect(found('specs')).toEqual(['specs/a/one.yml', 'specs/a/two.yaml', 'specs/b/c/deep.yaml']);
  });

  it('a folder whose name looks like a pattern is a folder', () => {
    expect(found('odd [name]')).toEqual(['odd [name]/x.yaml']);
  });

  it('a pattern is a pattern', () => {
    expect(found('specs/**/*.yml')).toEqual(['specs/a/one.yml']);
    expect(found('specs/*/t*.yaml')).toEqual(['specs/a/two.yaml']);
  });

  it('several keep their order', () => {
    expect(found('specs/b', 'specs/a/two.yaml')).toEqual(['specs/b/c/deep.yaml', 'specs/a/two.yaml']);
  });

  it('twice is found once, however it is written', () => {
    expect(found('specs/b', 'specs/b/c/deep.yaml', 'specs/**/deep.yaml')).toEqual(['specs/b/c/deep.yaml']);
    expect(discover([`${root}/specs/b/c/deep.yaml`, `${root}/specs/./b/c/deep.yaml`]).files).toHaveLength(1);
  });
});

describe('what is not there is told', () => {
  it.each(['missing.yaml', 'empty', 'specs/*.yaml', 'missing/'])('%s', (name) => {
    expect(problems(name)).toEqual([expect.stringContaining(name.replace(/\/$/, '')) as string]);
    expect(found(name)).toEqual([]);
  });

  it('a link to nowhere', () => {
    expect(problems('specs/a/broken.yaml')).toEqual([expect.stringContaining('broken.yaml') as string]);
    expect(found('specs/a')).toEqual(['specs/a/one.yml', 'specs/a/two.yaml']);
  });
});
