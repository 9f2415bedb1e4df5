import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { corpusRoot, Mirror } from '../../../scripts/parity/mirror';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packetspec-mirror-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): { readonly path: string; readonly text: string } {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return { path: join(folder, path), text };
}

it('the corpus reaches as far as its scripts do', () => {
  const near = write('net/tcp/basic/a.pkt', '`./defaults.sh`');
  const far = write('net/tcp/close/b.pkt', '`../../common/defaults.sh`');
  expect(corpusRoot([near])).toBe(join(folder, 'net/tcp/basic'));
  expect(corpusRoot([far])).toBe(join(folder, 'net'));
  expect(corpusRoot([near, far])).toBe(join(folder, 'net'));
});

it('a mutant finds the helpers of its script by the same paths', () => {
  const script = write('net/tcp/close/b_v4.pkt', '`../../common/defaults.sh`');
  write('net/common/defaults.sh', 'true');
  write('net/common/other.pkt', 'no helper');
  write('net/common/program', 'x'.repeat(300_000));
  const mirror = new Mirror(join(folder, 'net'), join(folder, 'copy'));
  const path = mirror.write(script, 'm1-', 'changed');
  expect(path).toBe(join(folder, 'copy/tcp/close/m1-b_v4.pkt'));
  expect(readFileSync(path, 'utf8')).toBe('changed');
  expect(readFileSync(join(dirname(path), '../../common/defaults.sh'), 'utf8')).toBe('true');
  expect(existsSync(join(folder, 'copy/common/other.pkt'))).toBe(false);
  expect(existsSync(join(folder, 'copy/common/program'))).toBe(false);
});
