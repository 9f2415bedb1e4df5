import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeRun, packetspec, type ReportedRun, runWithReport } from '../support/command';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';

const SERVER = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
`;
const HANDSHAKE = `${SERVER}+0 < S 0:0(0) win 65535 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+.01 < . 1:1(0) ack 1 win 65535
+0 accept(3, ..., ...) = 4
`;

/** Scripts of all kinds, and what they come to. */
const SCRIPTS: Readonly<Record<string, readonly [verdict: string, text: string]>> = {
  'data-in-pieces': ['passed', `${HANDSHAKE}+0 write(4, ..., 5000) = 5000\n+0 > P. 1:5001(5000) ack 1\n`],
  'options-that-are-not-written': ['failed', `${SERVER}+0 < S 0:0(0) win 9 <mss 1000>\n+0 > S. 0:0(0) ack 1\n`],
  'wrong-flags': ['failed', `${HANDSHAKE}+0 write(4, ..., 10) = 10\n+0 > . 1:11(10) ack 1\n`],
  'too-early': [
    'failed',
    `${HANDSHAKE}+0 write(4, ..., 10) = 10\n+.05 < . 1:1(0) ack 1 win 65535\n+0 > P. 1:11(10) ack 1\n`,
  ],
  'wrong-result': ['failed', `${HANDSHAKE}+0 write(4, ..., 10) = 9\n`],
  'wrong-value': ['failed', `${HANDSHAKE}+0 %{ assert tcpi_snd_mss == 999, tcpi_snd_mss }%\n`],
  'kept-code': ['passed', `${HANDSHAKE}+0 %{ mss = tcpi_snd_mss }%\n+0 %{ assert mss in (1000,), mss }%\n`],
  'kept-code-that-fails': ['failed', `${HANDSHAKE}+0 %{ mss = tcpi_snd_mss }%\n+0 %{ assert mss != 1000 }%\n`],
  'an-init-command': [
    'passed',
    `\`sysctl -q net.ipv4.tcp_sack=0\necho \${HOME} > /dev/null\`\n${SERVER.replace('0 socket', '+0 socket')}` +
      `+0 < S 0:0(0) win 9 <mss 1000,sackOK,nop,nop>\n+0 > S. 0:0(0) ack 1 <mss 1460>\n`,
  ],
  'times-from-the-start': [
    'passed',
    `${SERVER}0.1 < S 0:0(0) win 65535 <mss 1000>\n0.1~0.2 > S. 0:0(0) ack 1 <...>\n* > S. 0:0(0) ack 1 <...>\n`,
  ],
  'a-command-that-fails': ['failed', `${HANDSHAKE}+0 \`false\`\n`],
  'two-clients': [
    'passed',
    ['3', '5']
      .map(
        (fd) => `${fd === '3' ? '' : '+'}0 socket(..., SOCK_STREAM, IPPROTO_TCP) = ${fd}
+0 fcntl(${fd}, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(${fd}, ..., ...) = -1 EINPROGRESS (now in progress)
+0 > S 0:0(0) <...>
+.01 < S. 0:0(0) ack 1 win 5840 <mss 1000>
+0 > . 1:1(0) ack 1
`,
      )
      .join(''),
  ],
  'a-pipe': [
    'passed',
    `${HANDSHAKE}+0 pipe([5, 6]) = 0\n+0 write(6, ..., 100) = 100\n+0 splice(5, NULL, 4, NULL, 100, 0) = 100\n+0 > P. 1:101(100) ack 1\n`,
  ],
};

describe('convert', () => {
  const folder = join(temporaryFolder, 'converted');
  let runs: readonly ReportedRun[];

  async function convert(script: string, name: string): Promise<void> {
    const { status, stdout, stderr } = await packetspec(['convert', script]);
    expect({ stderr, status }, script).toEqual({ stderr: '', status: 0 });
    writeFileSync(join(folder, `${name}.yaml`), stdout);
  }

  beforeAll(async () => {
    requireKernel();
    mkdirSync(folder, { recursive: true });
    for (const [name, [, text]] of Object.entries(SCRIPTS)) {
      const path = join(folder, `${name}.pkt`);
      writeFileSync(path, text);
      await convert(path, name);
    }
    for (const name of readdirSync(join(ROOT, 'specs/packetdrill'))) {
      writeFileSync(join(folder, name), readFileSync(join(ROOT, 'specs/packetdrill', name)));
      await convert(join(folder, name), name.replace('.pkt', ''));
    }
    runs = (await runWithReport([folder])).report.results;
  });

  it.each(Object.entries(SCRIPTS))('%s: the same verdict as the script', (name, [verdict]) => {
    const both = runs.filter(({ file }) => file.includes(`/${name}.`));
    expect(
      both.map(({ status }) => status),
      both.map(describeRun).join('\n'),
    ).toEqual([verdict, verdict]);
  });

  it('the shipped scripts pass in YAML too', () => {
    const shipped = readdirSync(join(ROOT, 'specs/packetdrill')).map((name) => name.replace('.pkt', ''));
    expect(shipped.length).toBeGreaterThan(0);
    for (const name of shipped) {
      const both = runs.filter(({ file }) => file.includes(`/${name}.`));
      expect(
        both.map(({ status }) => status),
        both.map(describeRun).join('\n'),
      ).toEqual(['passed', 'passed']);
    }
  });

  it('says with the line what it cannot convert, and prints nothing', async () => {
    const path = join(folder, 'merged.pkt');
    writeFileSync(path, `--mss=1000\n${HANDSHAKE}`);
    const { status, stdout, stderr } = await packetspec(['convert', path]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('merged.pkt:1:1\n');
  });

  it('knows the definitions and options of the command line', async () => {
    const path = join(folder, 'defined.pkt');
    writeFileSync(path, `${SERVER}+0 < S 0:0(0) win WINDOW <mss 1000>\n`);
    const { stdout } = await packetspec(['convert', path, '-D', 'WINDOW=77', '--option', 'tolerance_usecs=9000']);
    expect(stdout).toContain('win 77');
    expect(stdout).toContain('tolerance: 9ms\n');
  });

  it('a script that is not there is told', async () => {
    const { status, stderr } = await packetspec(['convert', join(folder, 'none.pkt')]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^packetspec: .*none\.pkt: ENOENT/);
  });
});
