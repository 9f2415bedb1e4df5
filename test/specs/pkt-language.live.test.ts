/**
 * Scripts for every part of packetdrill's language, against the kernel, in all IP variants that they have:
 *
 * - `pass/`: as the kernel's runner starts them, and `own/` without any runner's parameters;
 * - `fail/`: their first line says what must be reported: `// fails: LINE KIND FIELD`, or `error CODE` or `rejected` in
 *   place of the kind;
 * - `laxer/` passes here and not in packetdrill, `stricter/` the other way round: differences on purpose.
 *
 * Where PACKETDRILL names the program, it must say the same of each, and stop in the same line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventLine } from '../../scripts/parity/compare';
import type { Outcome } from '../../scripts/parity/outcome';
import { runnerArguments, runPacketdrill } from '../../scripts/parity/run-packetdrill';
import { present } from '../../src/base/assert';
import type { IpVariant } from '../../src/spec/model';
import { profileByName } from '../../src/spec/pkt/profiles';
import { describeRun, packetspec, readReport, type Report, type ReportedRun } from '../support/command';
import { requireKernel, ROOT, temporaryFolder } from '../support/live';

const FOLDER = join(ROOT, 'test/fixtures/pkt');
const PROFILE = 'kselftest';
const PACKETDRILL = process.env['PACKETDRILL'];
const ALL: readonly IpVariant[] = ['ipv4', 'ipv6', 'ipv4-mapped'];

function scriptsIn(folder: string): readonly string[] {
  const names = readdirSync(join(FOLDER, folder)).filter((name) => name.endsWith('.pkt'));
  return names.sort().map((name) => join(FOLDER, folder, name));
}

/** The variant that a script names for itself, or else these. */
function variantsOf(script: string, unless: readonly IpVariant[]): readonly IpVariant[] {
  const name = /^--ip_version="?([\w-]+)/m.exec(readFileSync(script, 'utf8'))?.[1];
  const own = ALL.find((variant) => name === (variant === 'ipv4-mapped' ? 'ipv4-mapped-ipv6' : variant));
  return own === undefined ? unless : [own];
}

/** What the first line of a script that fails says. */
interface Announced {
  readonly line: number;
  readonly kind: string;
  /** Absent where every field would do, or none is told. */
  readonly detail?: string;
}

function announced(script: string): Announced {
  const match = /^\/\/ fails: (?<line>\d+) (?<kind>\w+)(?: (?<detail>.+))?$/m.exec(readFileSync(script, 'utf8'));
  const { line, kind, detail } = present(match?.groups, `the announcement of ${script}`);
  return { line: Number(line), kind: kind ?? '', ...(detail === undefined ? {} : { detail }) };
}

let reports = 0;

async function run(scripts: readonly string[], args: readonly string[]): Promise<Report> {
  const file = join(temporaryFolder, `language-${reports++}.json`);
  return readReport(file, await packetspec(['run', ...args, '--reporter', `json=${file}`, ...scripts]));
}

/** What a failed run told first, in the words of the announcement. */
function told({ status, error, checks }: ReportedRun, { detail }: Announced): string {
  if (status === 'errored') return `${error?.line ?? 0} error ${error?.code ?? ''}`;
  const failed = checks.find(({ passed }) => !passed);
  if (status !== 'failed' || failed === undefined) return status;
  const fields = failed.mismatches.map(({ field }) => field);
  const field = detail === undefined || fields.includes(detail) ? detail : fields.join();
  return [failed.line, failed.kind, ...(field === undefined ? [] : [field])].join(' ');
}

function asText({ line, kind, detail }: Announced): string {
  return [line, kind, ...(detail === undefined ? [] : [detail])].join(' ');
}

const byProfile = ['--profile', PROFILE, '--ip', 'all'];

describe('scripts that pass', () => {
  let results: readonly ReportedRun[];

  beforeAll(async () => {
    requireKernel();
    const runs = [await run([...scriptsIn('pass'), ...scriptsIn('laxer')], byProfile), await run(scriptsIn('own'), [])];
    expect(runs.flatMap(({ rejected }) => rejected)).toEqual([]);
    results = runs.flatMap((one) => one.results);
  });

  it('pass, or are skipped for what this kernel lacks', () => {
    const isFine = ({ status, reason }: ReportedRun): boolean =>
      status === 'passed' || (status === 'skipped' && reason?.startsWith('needs ') === true);
    expect(results.filter((one) => !isFine(one)).map(describeRun)).toEqual([]);
  });

  it('are run in all variants that they have', () => {
    const variants = new Map<string, string[]>();
    for (const { file, variant } of results) variants.set(file, [...(variants.get(file) ?? []), variant]);
    for (const script of [...scriptsIn('pass'), ...scriptsIn('laxer')]) {
      expect(variants.get(script), script).toEqual(variantsOf(script, ALL));
    }
    expect(scriptsIn('own').filter((script) => variants.get(script)?.length !== 1)).toEqual([]);
  });
});

describe('scripts that fail', () => {
  it('fail where and for what they say', async () => {
    const scripts = [...scriptsIn('fail'), ...scriptsIn('stricter')].filter(
      (script) => announced(script).kind !== 'rejected',
    );
    const { results, rejected } = await run(scripts, byProfile);
    expect(rejected).toEqual([]);
    const wrong = results.filter((one) => told(one, announced(one.file)) !== asText(announced(one.file)));
    expect(wrong.map((one) => `should be ${asText(announced(one.file))}: ${describeRun(one)}`)).toEqual([]);
    expect(new Set(results.map(({ file }) => file)).size).toBe(scripts.length);
  });

  it('are rejected in the line that they say', async () => {
    const scripts = scriptsIn('fail').filter((script) => announced(script).kind === 'rejected');
    const { results, rejected } = await run(scripts, byProfile);
    expect(results).toEqual([]);
    const found = rejected.map(({ file, diagnostics }) => [
      basename(file),
      diagnostics.find(({ severity }) => severity === 'error')?.line,
    ]);
    expect(found).toEqual(scripts.map((script) => [basename(script), announced(script).line]));
  });
});

// packetdrill is no part of packetspec: who has it names it in PACKETDRILL.
describe.skipIf(PACKETDRILL === undefined)('packetdrill on the same scripts', () => {
  const profile = present(profileByName(PROFILE), 'the profile');

  /** Each script that it says another thing of than it should. */
  async function differing(
    scripts: readonly string[],
    unless: readonly IpVariant[],
    args: (variant: IpVariant) => readonly string[],
    problem: (script: string, outcome: Outcome) => string | undefined,
  ): Promise<readonly string[]> {
    const pairs = scripts.flatMap((script) => variantsOf(script, unless).map((variant) => ({ script, variant })));
    const found: string[] = [];
    const lane = async (): Promise<void> => {
      for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
        const { script, variant } = pair;
        let outcome = await runPacketdrill(PACKETDRILL ?? '', args(variant), script);
        let what = problem(script, outcome);
        // Where it is late itself, it says that the script is wrong there.
        if (what !== undefined && outcome.kinds.includes('time')) {
          outcome = await runPacketdrill(PACKETDRILL ?? '', args(variant), script);
          what = problem(script, outcome);
        }
        if (what !== undefined) found.push(`${basename(script)} [${variant}]: ${what}: ${outcome.message}`);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, lane));
    return found.sort();
  }

  const passes = (_: string, { passed }: Outcome): string | undefined => (passed ? undefined : 'does not pass');
  const byRunner = (variant: IpVariant): readonly string[] => runnerArguments(profile, variant);

  it('passes those that pass', async () => {
    expect(await differing([...scriptsIn('pass'), ...scriptsIn('stricter')], ALL, byRunner, passes)).toEqual([]);
    expect(await differing(scriptsIn('own'), ['ipv4'], () => [], passes)).toEqual([]);
  }, 300_000);

  it('stops at the same line of those that fail', async () => {
    const sameLine = (script: string, { passed, line }: Outcome): string | undefined => {
      if (passed) return 'passes';
      const text = readFileSync(script, 'utf8');
      const wanted = eventLine(text, announced(script).line);
      // It names no line for init and cleanup commands, and for options.
      return line === undefined || eventLine(text, line) === wanted ? undefined : `line ${line}, not ${wanted}`;
    };
    expect(await differing(scriptsIn('fail'), ALL, byRunner, sameLine)).toEqual([]);
  }, 300_000);

  it('rejects those that are its own business', async () => {
    const rejects = (_: string, { passed }: Outcome): string | undefined => (passed ? 'passes' : undefined);
    expect(await differing(scriptsIn('laxer'), ALL, byRunner, rejects)).toEqual([]);
  }, 300_000);
});
