import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutputError, Outputs } from '../../src/cli/output';
import { requireKernel } from '../support/live';

describe('files that were asked for', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packetspec-output-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are written whole, in folders that are made', () => {
    const outputs = new Outputs();
    const file = join(folder, 'a/b/report');
    const write = outputs.openFile(file);
    write('one\n');
    write('two\n');
    outputs.openFolder(join(folder, 'c/d'))('x', ['1', Uint8Array.of(0x32), '3'.repeat(200_000)]);
    outputs.close();
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n');
    expect(readFileSync(join(folder, 'c/d/x'), 'utf8')).toBe(`12${'3'.repeat(200_000)}`);
    expect(readdirSync(join(folder, 'c/d'))).toEqual(['x']);
    expect(outputs.problems).toEqual([]);
  });

  it.each([
    ['a file below a file', () => new Outputs().openFile('/dev/null/report')],
    ['a file that is a folder', () => new Outputs().openFile(folder)],
    ['a folder below a file', () => new Outputs().openFolder('/dev/null/traces')],
    ['a folder that takes no files', () => new Outputs().openFolder('/proc')],
  ])('are refused at once where that is known: %s', (_, open) => {
    expect(open).toThrow(OutputError);
  });

  it('are refused when one is asked for twice, by whatever name', () => {
    const outputs = new Outputs();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'other'));
    outputs.openFile(join(folder, 'real/report'));
    expect(() => outputs.openFile(join(folder, 'other/report'))).toThrow(/asked for twice/);
    outputs.close();
  });

  // Every write to it says that the disk is full: full(4).
  it('that turn out to be full are a problem, told once, and no exception', () => {
    const outputs = new Outputs();
    const write = outputs.openFile('/dev/full');
    write('one');
    write('two');
    outputs.close();
    expect(outputs.problems).toEqual([expect.stringMatching(/^\/dev\/full could not be written: ENOSPC/)]);
  });

  it('of a folder are told as one problem', () => {
    const outputs = new Outputs();
    const target = join(folder, 'vanishes');
    const write = outputs.openFolder(target);
    rmSync(target, { recursive: true });
    for (const name of ['a', 'b', 'c']) write(name, ['x']);
    expect(outputs.problems).toEqual([expect.stringMatching(/\/a could not be written: ENOENT.*\(and 2 more files/)]);
  });
});

// A run on a disk that fills up: what it came to is told by the exit code and on the terminal.
describe('a disk that is full', () => {
  const PROGRAM = join(__dirname, '../../bin/packetspec.js');
  let folder = '';

  beforeAll(() => {
    requireKernel();
    folder = mkdtempSync(join(tmpdir(), 'packetspec-full-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** In a mount namespace of its own, with a disk of 16 KiB. */
  function runOn(spec: string, options: string) {
    const disk = join(folder, 'disk');
    mkdirSync(disk, { recursive: true });
    const script = `mount -t tmpfs -o size=16k tmpfs '${disk}' && exec '${process.execPath}' '${PROGRAM}' run '${spec}' --ip ipv4 ${options.replaceAll('DISK', disk)}`;
    const result = spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8', timeout: 60_000 });
    expect(existsSync(join(disk, 'traces'))).toBe(false);
    return result;
  }

  const FILES =
    "--reporter console --reporter json='DISK/report.json' --reporter html='DISK/report.html' --trace 'DISK/traces' --pcapng 'DISK/captures'";

  it('loses no failure', () => {
    const spec = join(__dirname, '../fixtures/pkt/fail/segment-mss.pkt');
    const { stdout, stderr, status } = runOn(spec, FILES);
    expect(stdout).toMatch(/^FAIL .*segment-mss/m);
    expect(stdout).toContain('1 failed');
    expect(stderr).toMatch(/could not be written: ENOSPC/);
    expect(status).toBe(1);
  });

  it('makes of a pass an error of the environment', () => {
    const { stdout, stderr, status } = runOn(join(__dirname, '../../specs/accept-queue/full-drops-syn.yaml'), FILES);
    expect(stdout).toMatch(/[1-9]\d* passed, 0 failed/);
    expect(stderr).toMatch(/could not be written: ENOSPC/);
    expect(status).toBe(3);
  });

  it.each([
    ['fails', '../fixtures/pkt/fail/segment-mss.pkt', 1],
    ['passes', '../fixtures/pkt/pass/one-line.pkt', 3],
  ])('behind standard output leaves the exit code of a run that %s', (_, spec, exit) => {
    const { stderr, status } = runOn(join(__dirname, spec), '> /dev/full');
    expect(stderr).toContain('standard output could not be written: ENOSPC');
    expect(status).toBe(exit);
  });
});
