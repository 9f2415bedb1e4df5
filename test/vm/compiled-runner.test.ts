import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compiledCode } from '../../src/vm/compiled-runner';

const SOURCE = 'module.exports = function twice(value) { return value + value; };';

/** Whether a Node that is started so takes the code, and what the code does then. */
const ASK = `
  const { readFileSync } = require('node:fs');
  const source = require('node:module').wrap(${JSON.stringify(SOURCE)});
  const script = new (require('node:vm').Script)(source, { cachedData: readFileSync(process.argv[1]) });
  const ours = { exports: undefined };
  script.runInThisContext()(ours.exports, require, ours);
  process.stdout.write(script.cachedDataRejected + ' ' + ours.exports(21));
`;

it('compiled code is taken by this Node without options, and compiled anew by one with others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packetspec-compiled-'));
  try {
    const path = join(folder, 'compiled');
    writeFileSync(path, compiledCode(SOURCE));
    const ask = (...options: string[]) =>
      spawnSync(process.execPath, [...options, '-e', ASK, path], { encoding: 'utf8' });
    expect(ask().stdout).toBe('false 42');
    expect(ask('--no-opt').stdout).toBe('true 42');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('compiled code has the functions that have not run, too', () => {
  const names = Array.from({ length: 200 }, (_, index) => `f${index}`);
  const functions = (body: string) => names.map((name) => `function ${name}(a) { ${body} }`).join('\n');
  const sizeWith = (body: string) => compiledCode(`${functions(body)}\nmodule.exports = [${names.join()}];`).length;
  expect(sizeWith('return a * a + a - 1')).toBeGreaterThan(sizeWith('') + 200 * 8);
});
