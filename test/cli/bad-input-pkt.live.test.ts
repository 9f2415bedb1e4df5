/** packetdrill scripts that are wrong, endless or hostile: a word about each, and the rest of the run goes on. */
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, packetspec, type Report, type ReportedRun, runWithReport } from '../support/command';
import { awaitNoProcess, markedEnvironment } from '../support/leftovers';
import { requireKernel, temporaryFolder } from '../support/live';

const HANDSHAKE = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 1000 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+0 < . 1:1(0) ack 1 win 1000
+0 accept(3, ..., ...) = 4
`;
const GOOD = '0 `true`\n';

/** Deeper than any stack. */
const DEEP = 100_000;

/** What takes a second or less at its worst may take so long on a machine that does much else. */
const PATIENCE_MS = 60_000;

/** Texts that are no scripts, or scripts that no one should run; and what is said about each. */
const WRONG: Readonly<Record<string, { readonly text: string; readonly codes: readonly string[] }>> = {
  ...Object.fromEntries(
    Object.entries({ parentheses: '()', brackets: '[]', braces: '{}' }).flatMap(([name, [open = '', close = '']]) => {
      const nest = open.repeat(DEEP) + close.repeat(DEEP);
      return [
        [`${name} in a call`, { text: `${HANDSHAKE}+0 read(4, ${nest}, 1) = 1\n`, codes: ['bad-call'] }],
        [
          `${name} in a call, never closed`,
          { text: `${HANDSHAKE}+0 read(4, ${open.repeat(DEEP)}`, codes: ['bad-call'] },
        ],
        [
          `${name} in options`,
          { text: `${HANDSHAKE}+0 < . 1:1(0) ack 1 win 1 <mss ${nest}>\n`, codes: ['bad-segment'] },
        ],
        [`${name} in a packet`, { text: `${HANDSHAKE}+0 < ${nest} S 0:0(0) win 1\n`, codes: ['bad-segment'] }],
        [`${name} and nothing else`, { text: open.repeat(DEEP), codes: ['pkt-syntax'] }],
      ] as const;
    }),
  ),
  'NUL bytes': { text: `${HANDSHAKE}${'\0'.repeat(DEEP)}`, codes: ['pkt-syntax'] },
  'NUL bytes for blanks': { text: HANDSHAKE.replaceAll(' ', '\0'), codes: ['pkt-syntax'] },
  'a million events': { text: HANDSHAKE + '+0 `:`\n'.repeat(1_000_000), codes: ['too-many-steps'] },
  'a million events on one line': { text: `0 \`:\`${'+0`:`'.repeat(1_000_000)}`, codes: ['too-many-steps'] },
  'a word of megabytes': { text: `0 ${'a'.repeat(10_000_000)}`, codes: ['bad-call'] },
  'a million words': { text: 'word '.repeat(1_000_000), codes: ['pkt-syntax'] },
  'headers without end': {
    text: `${HANDSHAKE}+0 < ${'ipv4 192.0.2.1 > 192.0.2.2: '.repeat(10_000)}. 1:1(0) ack 1 win 1\n`,
    codes: ['bad-segment'],
  },
  'a comment that is not closed': { text: '/*'.repeat(DEEP), codes: ['pkt-syntax'] },
  'code that is not closed': { text: '0 %{\n'.repeat(DEEP), codes: ['pkt-syntax'] },
  'quotes that are not closed': { text: '0 "\n'.repeat(DEEP + 1), codes: ['pkt-syntax'] },
  nothing: { text: '', codes: ['pkt-syntax'] },
};

describe('a script that is wrong', () => {
  const folder = join(temporaryFolder, 'wrong-pkt');
  const names = Object.keys(WRONG);
  const fileOf = (name: string): string => join(folder, `${name}.pkt`);
  let result: CommandResult & { readonly report: Report };

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    for (const [name, { text }] of Object.entries(WRONG)) writeFileSync(fileOf(name), text);
    writeFileSync(fileOf('good'), GOOD);
    result = await runWithReport([folder]);
  });

  it('keeps everything from running', () => {
    expect(result.status).toBe(2);
    expect(result.stderr).not.toContain('defect of packetspec');
    expect(result.report.results).toEqual([]);
    expect(result.report.summary).toMatchObject({ passed: 0, rejected: names.length });
  });

  it.each(names)('is told: %s', (name) => {
    const found = result.report.rejected.find(({ file }) => file === fileOf(name))?.diagnostics ?? [];
    const codes = found.map(({ code }) => code);
    for (const code of WRONG[name]?.codes ?? []) expect(codes).toContain(code);
    expect(found.length).toBeLessThanOrEqual(2000);
    for (const { line, column, message } of found) {
      expect([line > 0, column > 0, message.length > 0 && message.length < 1000]).toEqual([true, true, true]);
    }
  });
});

describe('a script that is cut off', () => {
  const folder = join(temporaryFolder, 'cut-pkt');
  const whole = `// About.\n--mss=1000\n\`true\`\n${HANDSHAKE}* > P. 1:3(2) ack 1 <nop,nop,TS val 1 ecr 2>\n+0 %{ assert tcpi_rtt, "x" }%\n+1~+2 > F. 3:3(0) ack 1\n\`true\`\n`;

  it(
    'is right or told, wherever it was cut',
    async () => {
      mkdirSync(folder, { recursive: true });
      for (let length = 0; length <= whole.length; length += 3)
        writeFileSync(join(folder, `${length}.pkt`), whole.slice(0, length));
      const { status, stdout, stderr } = await packetspec(['check', folder]);
      expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
      expect(stdout).toMatch(/^error\[[\w-]+\]: .+\n *--> .*\/0\.pkt:1:1$/m);
    },
    PATIENCE_MS,
  );
});

describe('a file that is no script at all', () => {
  const folder = join(temporaryFolder, 'foreign-pkt');

  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
  });

  it(
    'is refused for its size',
    async () => {
      const file = join(folder, 'large.pkt');
      writeFileSync(file, HANDSHAKE + '+0 < . 1:1(0) ack 1 win 1000\n'.repeat(3_600_000));
      const { status, stdout } = await packetspec(['check', file]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: expect.stringMatching(/error\[out-of-range\].*MiB/) });
    },
    PATIENCE_MS,
  );

  it(
    'is told when it is larger than a text may be',
    async () => {
      const file = join(folder, 'gigabytes.pkt');
      const descriptor = openSync(file, 'w');
      // A hole: it takes no room on the disk.
      ftruncateSync(descriptor, 3 * 1024 ** 3);
      closeSync(descriptor);
      const { status, stderr } = await packetspec(['check', file]);
      expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('gigabytes.pkt') });
      expect(stderr).not.toContain('defect of packetspec');
    },
    PATIENCE_MS,
  );
});

interface Trouble {
  readonly text: string;
  readonly status: string;
  readonly says: RegExp;
  readonly line?: number;
}

/** Scripts that are right, and never end by themselves, take what they can get, or break what is around them. */
const TROUBLE: Readonly<Record<string, Trouble>> = {
  'a blocking call that never returns': {
    text: `${HANDSHAKE}+0...0.1 read(4, ..., 10) = 10\n`,
    status: 'failed',
    says: /had not returned/,
    line: 8,
  },
  'a call that blocks and does not say so': {
    text: `${HANDSHAKE}+0 read(4, ..., 10) = 10\n`,
    status: 'failed',
    says: /was interrupted; a call that may sleep needs/,
    line: 8,
  },
  'a segment that never comes': {
    text: `${HANDSHAKE}+.1 > P. 1:2(1) ack 1\n`,
    status: 'failed',
    says: /nothing came/,
    line: 8,
  },
  'a command that prints gigabytes': {
    text: '0 `head -c 1500000000 /dev/zero; exit 7`\n',
    status: 'failed',
    says: /ended with status 7/,
    line: 1,
  },
  'a command that prints control sequences': {
    text: '0 `printf "\\\\033[2Jred"; exit 1`\n',
    status: 'failed',
    says: /red/,
    line: 1,
  },
  'a command that reads': { text: '0 `cat`\n', status: 'passed', says: /^$/ },
  'a command that is no shell': { text: '0 `if`\n', status: 'failed', says: /ended with status 2/, line: 1 },
  'a command that kills itself': { text: '0 `kill -KILL $$`\n', status: 'failed', says: /SIGKILL/, line: 1 },
  'a command that kills its parent': {
    text: '0 `kill -KILL $PPID`\n',
    status: 'errored',
    says: /executor process ended/,
  },
  'an init command that fails': { text: '`echo no; exit 3`\n0 `true`\n', status: 'errored', says: /status 3.*no/s },
  'commands left behind': { text: '0 `sleep 600 & sleep 600 &`\n', status: 'passed', says: /^$/ },
  'a daemon left behind': {
    text: '0 `(setsid sh -c "trap \'\' TERM HUP INT; sleep 600" >/dev/null 2>&1 &)`\n',
    status: 'passed',
    says: /^$/,
  },
  'code that asks for all memory': {
    text: `${HANDSHAKE}+0 %{ import sys\na = [0] * (1 << 46) }%\n`,
    status: 'failed',
    says: /MemoryError/,
    line: 8,
  },
  'code that kills its parent': {
    text: `${HANDSHAKE}+0 %{ import os\nos.kill(os.getppid(), 9) }%\n`,
    status: 'errored',
    says: /executor process ended/,
  },
  'numbers that grow without end': {
    text: `${HANDSHAKE}+0 %{ assert 9 ** 9 ** 9 }%\n`,
    status: 'failed',
    says: /a whole number of more than/,
    line: 8,
  },
};

describe('a script that never ends, or takes what it can get', () => {
  const folder = join(temporaryFolder, 'trouble-pkt');
  const marker = `${process.pid}-trouble-pkt`;
  const good = 6;
  let result: CommandResult & { readonly report: Report };

  beforeAll(async () => {
    requireKernel();
    mkdirSync(folder, { recursive: true });
    for (const [name, { text }] of Object.entries(TROUBLE)) writeFileSync(join(folder, `${name}.pkt`), text);
    for (let index = 0; index < good; index++) writeFileSync(join(folder, `good${index}.pkt`), GOOD);
    result = await runWithReport([folder], { env: markedEnvironment(marker) });
  });

  function runOf(name: string): ReportedRun | undefined {
    return result.report.results.find(({ file }) => file === join(folder, `${name}.pkt`));
  }

  it.each(Object.entries(TROUBLE))('is told: %s', (name, { status, says, line }) => {
    const run = runOf(name);
    const failed = run?.checks.find((check) => !check.passed);
    const observed = failed?.mismatches.map((one) => one.observed) ?? [];
    const told = [run?.error?.message, failed?.message, ...observed].filter((one) => one !== undefined).join('\n');
    expect({ status: run?.status, told }).toEqual({ status, told: expect.stringMatching(says) });
    if (line !== undefined) expect(run?.error?.line ?? failed?.line).toBe(line);
    expect(told.length).toBeLessThan(20_000);
  });

  it('keeps no other script from passing, and leaves nothing behind', async () => {
    for (let index = 0; index < good; index++) expect(runOf(`good${index}`)?.status).toBe('passed');
    expect(result.status).toBe(1);
    expect(result.stderr).not.toContain('defect of packetspec');
    expect(await awaitNoProcess(marker)).toEqual([]);
  });

  it('sends no control sequence to the terminal', () => {
    expect(result.stdout).toContain('·[2Jred');
    expect(result.stdout).not.toContain('\u001b');
  });
});
