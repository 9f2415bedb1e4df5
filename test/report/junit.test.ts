import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { junitReporter } from '../../src/report/junit';
import type { SuiteListener } from '../../src/suite/suite';
import { collecting } from '../support/sinks';
import { PRINTED, RESULTS, tellAll, tellRejected } from './hostile';

const SCHEMA = join(__dirname, '../fixtures/report/junit.xsd');

function written(tell: (listener: SuiteListener) => void): string {
  const { sink, parts } = collecting();
  tell(junitReporter(sink));
  return parts.join('');
}

/** Has libxml2 read a document. @returns what it prints */
function xmllint(document: string, ...args: readonly string[]): string {
  const run = spawnSync('xmllint', [...args, '-'], { input: document, encoding: 'utf8' });
  if (run.error !== undefined)
    throw new Error('this test needs xmllint; as root: apt-get install libxml2-utils', { cause: run.error });
  if (run.status !== 0) throw new Error(`xmllint ended with status ${String(run.status)}: ${run.stderr}`);
  return run.stdout;
}

function query(document: string, path: string): string {
  return xmllint(document, '--xpath', path).replace(/\n$/, '');
}

describe('a JUnit document, as libxml2 reads it', () => {
  const document = written((listener) => tellAll(listener));

  it('fits the schema', () => {
    expect(() => xmllint(document, '--noout', '--schema', SCHEMA)).not.toThrow();
    expect(() => xmllint(written(tellRejected), '--noout', '--schema', SCHEMA)).not.toThrow();
    const broken = document.replace('<testcase ', '<testcase extra="1" ');
    expect(() => xmllint(broken, '--noout', '--schema', SCHEMA)).toThrow(/extra/);
  });

  it('has a suite for each file, and a case for each run, kernels told apart', () => {
    expect(query(document, 'string(/testsuites/testsuite[1]/@name)')).toBe('specs/a,b:c.yaml');
    expect(query(document, 'count(/testsuites/testsuite)')).toBe('2');
    const names = RESULTS.map((_, index) => query(document, `string((//testcase)[${index + 1}]/@name)`));
    expect(names).toEqual(['ipv4 on 5.10', 'ipv4 on 6.12', 'ipv4 on 5.10', 'ipv4 on 6.12', 'ipv4', 'ipv4', 'ipv4']);
  });

  it('tells what became of each run', () => {
    const outcomes = RESULTS.map((_, index) => query(document, `name((//testcase)[${index + 1}]/*)`));
    expect(outcomes).toEqual(['', '', 'failure', 'failure', 'skipped', 'error', 'skipped']);
    expect(query(document, 'string((//skipped)[2]/@message)')).toBe(`inconclusive: ${PRINTED}`);
  });

  it('counts what it holds', () => {
    for (const [attribute, element] of [
      ['tests', 'testcase'],
      ['failures', 'testcase/failure'],
      ['errors', 'testcase/error'],
    ]) {
      expect(query(document, `/testsuites/@${attribute ?? ''} = count(//${element ?? ''})`)).toBe('true');
      expect(query(document, `//testsuite/@${attribute ?? ''} = count(//testsuite[1]/${element ?? ''})`)).toBe('true');
    }
    expect(query(document, 'string(//testsuite[2]/@skipped)')).toBe('2');
  });

  it('keeps every text as it is, however it looks', () => {
    expect(query(document, 'string((//skipped)[1]/@message)')).toBe(PRINTED);
    expect(query(document, 'string(//error/@message)')).toBe(PRINTED);
    expect(query(document, 'string((//property[@name="spec"])[1]/@value)')).toBe(PRINTED);
    expect(query(document, 'string((//failure)[1])')).toContain(PRINTED.split('\n')[0] ?? '');
  });

  it('has the explanation and the ladder of a failure', () => {
    const text = query(document, 'string((//failure)[2])');
    expect(text).toContain('accept: expected 6, observed 7');
    expect(text).toContain('|----------->|  S 0:0(0) win 64240 <mss 1460>');
  });

  it('has an error for each rejected file', () => {
    const rejected = written(tellRejected);
    expect(query(rejected, 'string(//error/@type)')).toBe('bad-segment');
    expect(query(rejected, 'count(//testcase)')).toBe('1');
    expect(query(rejected, 'string(//error)')).toContain('error[bad-segment]');
  });
});
