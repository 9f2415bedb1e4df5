import { describe, expect, test } from 'vitest';
import { docLinks } from '../../../../scripts/check/tidy/doc-links';
import { fileLength } from '../../../../scripts/check/tidy/file-length';
import { folderContract } from '../../../../scripts/check/tidy/folder-contract';
import { foreignNames } from '../../../../scripts/check/tidy/foreign-names';
import type { HouseRule } from '../../../../scripts/check/tidy/house-rule';
import { leftOutTests } from '../../../../scripts/check/tidy/left-out-tests';
import { testMirror } from '../../../../scripts/check/tidy/test-mirror';
import { biteTidy, HOUSE_RULES } from '../../../../scripts/check/tidy/tidy';

function find(rule: HouseRule, files: Record<string, string>, exceptions: Record<string, string> = {}): string[] {
  return rule.find(new Map(Object.entries(files)), new Map(Object.entries(exceptions)));
}

test('every rule bites on the trees that it brings', () => {
  expect(biteTidy()).toEqual({ summary: expect.any(String), complaints: [] });
});

test('an empty tree breaks no rule', () => {
  expect(HOUSE_RULES.flatMap((rule) => find(rule, {}))).toEqual([]);
});

describe('foreign-names', () => {
  test.each([
    'https://example.org/home/page',
    '/proc/net/tcp and /dev/net/tun',
    'test/fixtures/home/x',
    '../work/x',
    'the registry.',
  ])('lets pass: %s', (text) => {
    expect(find(foreignNames, { 'a.md': text })).toEqual([]);
  });
});

describe('file-length', () => {
  const long = { 'src/wire/tcp.ts': '\n'.repeat(501) };

  test('lets pass what has a reason', () => {
    expect(find(fileLength, long, { 'src/wire/tcp.ts': 'a table' })).toEqual([]);
  });

  test('complains about a reason that is no longer needed', () => {
    expect(find(fileLength, {}, { 'src/wire/tcp.ts': 'a table' })).toEqual([
      'scripts/check/tidy/exceptions.ts: src/wire/tcp.ts needs no exception (any more)',
    ]);
  });
});

test('folder-contract lets pass a folder whose own file opens with a contract', () => {
  const contract = `/**\n * ${'Bytes and their meaning. '.repeat(5)}\n */\nexport {};\n`;
  expect(find(folderContract, { 'src/wire/wire.ts': contract, 'src/wire/tcp.ts': '' })).toEqual([]);
});

describe('test-mirror', () => {
  test('asks nothing of types and of tables', () => {
    const text =
      'export interface A { run(): void }\nexport const TABLE = [1, 2];\nexport declare function f(): void;\n';
    expect(find(testMirror, { 'src/wire/types.ts': text })).toEqual([]);
  });

  test.each(['class A { run() {} }', 'export const f = () => 1;', 'function f() {}'])(
    'asks for tests of: %s',
    (text) => {
      expect(find(testMirror, { 'src/wire/a.ts': text })).toHaveLength(1);
      expect(find(testMirror, { 'src/wire/a.ts': text, 'test/wire/a.test.ts': '' })).toEqual([]);
    },
  );
});

test('left-out-tests lets pass a reason on the line or above it', () => {
  const text = 'test.skip(a); // no TUN here\n// needs tshark\ntest.skipIf(b)(c);\n';
  expect(find(leftOutTests, { 'test/a.test.ts': text })).toEqual([]);
});

describe('doc-links', () => {
  test('lets pass addresses, files, folders, headings and code', () => {
    const page =
      '# The queue: `SYN` and accept\n[a](https://example.org) [b](guide.md) [c](./) [d](#the-queue-syn-and-accept) `[e](f)`';
    expect(find(docLinks, { 'docs/a.md': page, 'docs/guide.md': '' })).toEqual([]);
  });

  test('reads links relative to their page', () => {
    expect(find(docLinks, { 'docs/a.md': '[up](../README.md)', 'README.md': '' })).toEqual([]);
    expect(find(docLinks, { 'docs/a.md': '[up](README.md)', 'README.md': '' })).toHaveLength(1);
  });
});
