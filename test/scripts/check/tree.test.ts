import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pathsLike, readTree } from '../../../scripts/check/tree';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'packetspec-tree-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('reads written text files, and neither made folders nor binary files', () => {
  for (const folder of ['src/wire', 'node_modules/koffi', 'dist']) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['src/wire/tcp.ts', 'node_modules/koffi/index.js', 'dist/executor.js', '.npmrc']) {
    writeFileSync(join(root, file), file);
  }
  writeFileSync(join(root, 'capture.pcap'), Buffer.of(0xa1, 0x00, 0xb2));
  const tree = readTree(root);
  expect(tree).toEqual(
    new Map([
      ['.npmrc', '.npmrc'],
      ['src/wire/tcp.ts', 'src/wire/tcp.ts'],
    ]),
  );
  expect(pathsLike(tree, /\.ts$/)).toEqual(['src/wire/tcp.ts']);
});
