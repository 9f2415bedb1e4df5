import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CommandResult,
  packetspec,
  type Report,
  type ReportedDiagnostic,
  type ReportedRun,
  runWithReport,
} from '../support/command';
import { awaitNoProcess, markedEnvironment } from '../support/leftovers';
import { requireKernel, temporaryFolder } from '../support/live';

const GOOD = 'name: good\nip: ipv4\nsteps:\n  - wait: 1ms\n';

/** A text, and the mistakes in it: where, which, and what helps. */
interface WrongText {
  readonly text: string;
  readonly mistakes: readonly { readonly at: string; readonly code: string; readonly hint?: RegExp }[];
}

const WRONG: Readonly<Record<string, WrongText>> = {
  'not YAML': {
    text: 'name: x\nsteps: [\n  - "\n',
    mistakes: [
      { at: '3:3', code: 'yaml-syntax' },
      { at: '4:1', code: 'yaml-syntax' },
    ],
  },
  'bytes that are no text': { text: '\u0000\u0001\u0002', mistakes: [{ at: '1:1', code: 'unreadable' }] },
  empty: { text: '', mistakes: [{ at: '1:1', code: 'missing-key' }] },
  'unknown keys': {
    text: [
      'name: x',
      'server: { listen: 8080, backlogg: 5 }',
      'sysctl: { net.ipv4.tcp_sack: 1 }',
      'steps:',
      '  - injcet: S 0:0(0) win 64240',
      '  - wait: 1ms',
      '    wihtin: 3ms',
      '  - queue: { acept: 1 }',
      '',
    ].join('\n'),
    mistakes: [
      { at: '2:25', code: 'unknown-key', hint: /did you mean `backlog`\?/ },
      { at: '3:1', code: 'unknown-key', hint: /did you mean `sysctls`\?/ },
      { at: '5:5', code: 'missing-key', hint: /did you mean `inject`\?/ },
      { at: '7:5', code: 'unknown-key' },
      { at: '8:14', code: 'unknown-key', hint: /did you mean `accept`\?/ },
    ],
  },
  'segments that do not parse': {
    text: [
      'name: x',
      'steps:',
      '  - inject: S 0:0(1) win 64240',
      '  - inject: Q 0:0(0)',
      '  - expect: S. 0:0(0) ack 1 <mss 1460, wat 7>',
      '  - inject: . 1:1(0) ack 1 win 70000',
      '',
    ].join('\n'),
    mistakes: [
      { at: '3:15', code: 'bad-segment', hint: /./ },
      { at: '4:13', code: 'bad-segment' },
      { at: '5:40', code: 'bad-segment', hint: /./ },
      { at: '6:32', code: 'bad-segment' },
    ],
  },
  'times that go backwards': {
    text: [
      'name: x',
      'steps:',
      '  - wait: 2s',
      '  - { inject: S 0:0(0) win 1, at: 1s }',
      '  - { expect: S. 0:0(0) ack 1, at: 3s~2s }',
      '',
    ].join('\n'),
    mistakes: [
      { at: '4:35', code: 'time-goes-backwards' },
      { at: '5:36', code: 'bad-time' },
    ],
  },
  'ports out of range': {
    text: [
      'name: x',
      'server: { listen: 65536, backlog: -1 }',
      'connections:',
      '  a: { remote_port: 0 }',
      '  b: { local_port: 70000 }',
      'steps:',
      '  - wait: 1ms',
      '',
    ].join('\n'),
    mistakes: [
      { at: '2:19', code: 'out-of-range' },
      { at: '2:35', code: 'out-of-range' },
      { at: '4:21', code: 'out-of-range' },
      { at: '5:20', code: 'out-of-range' },
    ],
  },
  'a matrix of a million runs': {
    text: `name: x\nmatrix:\n${['a', 'b', 'c'].map((axis) => `  ${axis}: [${Array.from({ length: 100 }, (_, index) => index).join(', ')}]\n`).join('')}steps:\n  - wait: 1ms\n`,
    mistakes: [{ at: '2:1', code: 'too-many-runs', hint: /./ }],
  },
};

describe('a spec that is wrong', () => {
  const folder = join(temporaryFolder, 'wrong');
  let result: CommandResult & { readonly report: Report };

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    for (const [name, { text }] of Object.entries(WRONG)) writeFileSync(join(folder, `${name}.yaml`), text);
    writeFileSync(join(folder, 'good.yaml'), GOOD);
    result = await runWithReport([folder]);
  });

  it('keeps everything from running', () => {
    expect(result.status).toBe(2);
    expect(result.report.results).toEqual([]);
    expect(result.report.summary).toMatchObject({ passed: 0, rejected: Object.keys(WRONG).length });
  });

  it.each(Object.keys(WRONG))('has all its mistakes listed: %s', (name) => {
    const file = join(folder, `${name}.yaml`);
    const found = result.report.rejected.find((one) => one.file === file)?.diagnostics ?? [];
    const mistakes = WRONG[name]?.mistakes ?? [];
    expect(found.map(placeAndCode)).toEqual(mistakes.map(({ at, code }) => `${at} ${code}`));
    mistakes.forEach(({ hint }, index) => {
      if (hint !== undefined) expect(found[index]?.hint, found[index]?.message).toMatch(hint);
    });
    // The same for people: file, line, column, and a caret below the line.
    for (const { line, column, message } of found) {
      const [, shown = ''] = result.stdout.split(`: ${message}\n --> ${file}:${line}:${column}\n`);
      expect(shown.split('\n\n')[0], message).toMatch(/^ *\| *\^/m);
    }
  });

  it('is found by `check` and `show` as well', async () => {
    const check = await packetspec(['check', folder]);
    expect(check.status).toBe(2);
    expect(check.stdout).toContain(`${Object.keys(WRONG).length} of ${Object.keys(WRONG).length + 1} spec(s) rejected`);
    expect((await packetspec(['show', folder])).status).toBe(2);
  });
});

function placeAndCode({ line, column, code }: ReportedDiagnostic): string {
  return `${line}:${column} ${code}`;
}

/** Texts that are right, on a machine or beside a server where they cannot be done. */
const TROUBLE: Readonly<Record<string, { text: string; status: string; says: RegExp; line?: number }>> = {
  'a server that never listens': {
    text: 'server: { command: "echo here I am; sleep 600", port: 8080, ready_within: 300ms }\nsteps: [wait: 1ms]\n',
    status: 'errored',
    says: /did not listen on port 8080 within 300ms; it printed:\nhere I am/,
    line: 3,
  },
  'a server that exits at once': {
    text: 'server: { command: "echo no >&2; exit 7", port: 8080 }\nsteps: [wait: 1ms]\n',
    status: 'errored',
    says: /ended with status 7 before it listened; it printed:\nno/,
    line: 3,
  },
  'a server whose command is not there': {
    text: 'server: { command: /nonexistent/server, port: 8080 }\nsteps: [wait: 1ms]\n',
    status: 'errored',
    says: /ended with status 127 before it listened/,
    line: 3,
  },
  'a server that ignores SIGTERM': {
    text: `server: { command: "trap '' TERM INT HUP; sleep 600 & while :; do wait; done", port: 8080, ready_within: 300ms }\nsteps: [wait: 1ms]\n`,
    status: 'errored',
    says: /did not listen on port 8080/,
  },
  'a blocking call that never returns': {
    text: 'server: { listen: 8080 }\nsteps:\n  - call: accept(server, ..., ...) = app\n    returns: +100ms\n',
    status: 'failed',
    says: /had not returned/,
    line: 5,
  },
  'a call that blocks and does not say so': {
    text: 'server: { listen: 8080 }\nsteps:\n  - call: accept(server, ..., ...) = app\n  - wait: 1ms\n',
    status: 'failed',
    says: /a call that may sleep needs `returns:`/,
    line: 5,
  },
  'a sysctl that there is not': {
    text: 'sysctls:\n  net.ipv4.tcp_warp_drive: 1\nsteps: [wait: 1ms]\n',
    status: 'errored',
    says: /net\.ipv4\.tcp_warp_drive/,
    line: 4,
  },
  'a sysctl of the whole machine': {
    text: 'sysctls:\n  net.ipv4.tcp_mem: 1 2 3\nsteps: [wait: 1ms]\n',
    status: 'errored',
    says: /net\.ipv4\.tcp_mem/,
    line: 4,
  },
  'a sysctl with a value that the kernel refuses': {
    text: 'sysctls:\n  net.ipv4.tcp_syncookies: many\nsteps: [wait: 1ms]\n',
    status: 'errored',
    says: /net\.ipv4\.tcp_syncookies/,
    line: 4,
  },
  'a counter that there is not': {
    text: 'steps:\n  - wait: 1ms\n  - counters: { TcpExt.TCPWarpDrive: 1 }\n',
    status: 'errored',
    says: /this kernel has no counter `TcpExt\.TCPWarpDrive`/,
    line: 5,
  },
  'a port that is taken': {
    text: 'server: { listen: 8080 }\nsteps:\n  - call: socket(..., SOCK_STREAM, IPPROTO_TCP) = other\n  - call: bind(other, ..., ...) = 0\n',
    status: 'failed',
    says: /EADDRINUSE/,
    line: 6,
  },
};

describe('trouble with one spec', () => {
  const folder = join(temporaryFolder, 'trouble');
  const marker = `${process.pid}-trouble`;
  let result: CommandResult & { readonly report: Report };
  const good = 6;

  beforeAll(async () => {
    requireKernel();
    mkdirSync(folder, { recursive: true });
    for (const [name, { text }] of Object.entries(TROUBLE))
      writeFileSync(join(folder, `${name}.yaml`), `name: x\nip: ipv4\n${text}`);
    for (let index = 0; index < good; index++) writeFileSync(join(folder, `good${index}.yaml`), GOOD);
    result = await runWithReport([folder], { env: markedEnvironment(marker) });
  });

  function runOf(name: string): ReportedRun | undefined {
    return result.report.results.find(({ file }) => file === join(folder, `${name}.yaml`));
  }

  it.each(Object.entries(TROUBLE))('is told: %s', (name, { status, says, line }) => {
    const run = runOf(name);
    const failed = run?.checks.find((check) => !check.passed);
    const told = [
      run?.error?.message,
      failed?.message,
      ...(failed?.mismatches.map(({ observed }) => observed) ?? []),
    ].join('\n');
    expect({ status: run?.status, told }).toEqual({ status, told: expect.stringMatching(says) });
    if (line !== undefined) expect(run?.error?.line ?? failed?.line).toBe(line);
  });

  it('keeps no other spec from passing, and leaves nothing behind', async () => {
    for (let index = 0; index < good; index++) expect(runOf(`good${index}`)?.status).toBe('passed');
    // Something failed, which outweighs what could not be tried.
    expect(result.status).toBe(1);
    expect(await awaitNoProcess(marker)).toEqual([]);
  });
});

describe('a command line that is wrong', () => {
  const folder = join(temporaryFolder, 'command-line');
  const spec = join(folder, 'good.yaml');

  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(spec, GOOD);
    writeFileSync(join(folder, 'file'), '');
  });

  const inFile = (name: string): string => join(folder, 'file', name);

  it.each<readonly [string, readonly string[], number, RegExp]>([
    ['a path that is not there', ['run', 'nowhere.yaml'], 2, /nowhere\.yaml: no spec file/],
    ['one of two paths that is not there', ['run', spec, 'nowhere'], 2, /nowhere: no spec file/],
    ['no path at all', ['run'], 2, /missing required argument/],
    ['no jobs', ['run', spec, '--jobs', '0'], 2, /--jobs.*'0'.*whole number from 1/],
    ['jobs that are no number', ['run', spec, '--jobs', 'many'], 2, /--jobs.*whole number from 1/],
    ['half a job', ['run', spec, '--jobs', '1.5'], 2, /--jobs.*whole number from 1/],
    ['retries below zero', ['run', spec, '--retries', '-1'], 2, /--retries.*whole number from 0/],
    ['an unknown reporter', ['run', spec, '--reporter', 'jsn'], 2, /no reporter `jsn`; known: /],
    ['an unknown IP version', ['run', spec, '--ip', 'ipv5'], 2, /`ipv5` is none of ipv4, ipv6, ipv4-mapped/],
    ['a setting without a value', ['run', spec, '--set', 'x'], 2, /NAME=VALUE/],
    ['a filter that fits nothing', ['run', spec, '--filter', 'zzz'], 2, /no run matches/],
    ['a setting that no spec knows', ['run', spec, '--set', 'bcklog=1'], 2, /bcklog/],
    ['an unknown option', ['run', spec, '--job', '1'], 2, /unknown option '--job'/],
    ['an unknown command', ['rnu', spec], 2, /unknown command 'rnu'/],
    ['a trace folder that cannot be made', ['run', spec, '--trace', inFile('traces')], 3, /traces/],
    ['a trace folder that is a file', ['run', spec, '--trace', join(folder, 'file')], 3, /file/],
    ['a report in a file that is a folder', ['run', spec, '--reporter', `json=${folder}`], 3, /command-line/],
    ['a report that cannot be written', ['run', spec, '--reporter', `json=${inFile('x.json')}`], 3, /x\.json|file/],
    ['a trace that is none', ['replay', spec], 2, /not a packetspec trace/],
    ['a trace that is not there', ['replay', 'nowhere.jsonl'], 2, /nowhere\.jsonl/],
  ])('ends with a word and no run: %s', async (_what, args, status, says) => {
    const result = await packetspec(args);
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status, stderr: expect.stringMatching(says) });
    expect(result.stderr).not.toMatch(/defect of packetspec|\n\s+at /);
    expect(result.stdout).not.toMatch(/^ok /m);
  });

  it.each([
    ['the report', ['--reporter', 'json=/dev/full']],
    ['what is printed', ['--reporter', 'console=/dev/full']],
  ])('says that the disk is full when %s does not fit', async (_what, options) => {
    const { status, stderr } = await packetspec(['run', spec, ...options]);
    expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringMatching(/^packetspec: .*ENOSPC/) });
    expect(stderr).not.toContain('defect of packetspec');
  });

  it('makes the folders of a report and of traces', async () => {
    const report = join(folder, 'new', 'deep', 'report.json');
    const traces = join(folder, 'new', 'traces');
    const { status } = await packetspec(['run', spec, '--reporter', `json=${report}`, '--trace', traces]);
    expect(status).toBe(0);
    expect([report, traces].map(existsSync)).toEqual([true, true]);
  });
});
