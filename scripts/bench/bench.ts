/**
 * `npm run bench`: measures packetspec against the floor of this machine, and writes `docs/benchmarks.md`.
 *
 * Everything happens in private networks. With names of sections as arguments (`npm run bench -- lateness setup`) only
 * those run, and take the place of theirs in the page. `--quick` makes less of what takes minutes (of `suite`), and writes
 * to standard output instead. Deliberately absent: limits that fail.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeEnvironment } from '../../src/host/linux/probe';
import { benchCommand } from './command';
import { benchEvents } from './events';
import { benchEvidence } from './evidence';
import { compileFloor } from './floor';
import { benchGuestSuite } from './guest-suite';
import { benchGuests } from './guests';
import { benchHtml } from './html';
import { benchLateness } from './lateness';
import { benchLinks } from './links';
import { conditionsText, isIdle, lookAround, machineFacts } from './machine';
import { benchMemory } from './memory';
import { type PageFacts, renderPage, renewSections } from './page';
import { benchParallel } from './parallel';
import { PAGE, renewBundle } from './product';
import { benchRoundTrip } from './round-trip';
import type { Bench, Section } from './section';
import { benchSetup } from './setup';
import { benchSuite } from './suite';

const SECTIONS: Readonly<Record<string, (bench: Bench) => Promise<Section>>> = {
  lateness: benchLateness,
  'round-trip': benchRoundTrip,
  command: benchCommand,
  links: benchLinks,
  setup: benchSetup,
  parallel: benchParallel,
  memory: benchMemory,
  events: benchEvents,
  evidence: benchEvidence,
  guests: benchGuests,
  html: benchHtml,
  suite: benchSuite,
  'guest-suite': benchGuestSuite,
};

const QUICK = '--quick';

/** @param args names of the sections to run, all when there are none; `--quick` */
async function bench(args: readonly string[]): Promise<void> {
  const quick = args.includes(QUICK);
  const names = args.filter((arg) => arg !== QUICK);
  const trouble = probeEnvironment();
  if (trouble !== undefined) throw new Error(`${trouble.message}; ${trouble.hint ?? ''}`);
  renewBundle();
  const folder = mkdtempSync(join(tmpdir(), 'packetspec-bench-'));
  try {
    const isWhole = names.length === 0;
    const { facts, sections } = await measure(isWhole ? Object.keys(SECTIONS) : names, folder, quick);
    if (quick) console.log(renderPage(facts, sections));
    else
      writeFileSync(
        PAGE,
        isWhole ? renderPage(facts, sections) : renewSections(readFileSync(PAGE, 'utf8'), facts, sections),
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly facts: PageFacts;
  readonly sections: readonly Section[];
}

async function measure(names: readonly string[], folder: string, quick: boolean): Promise<Measured> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const say = (message: string): void => console.error(`${seconds().toFixed(0).padStart(4)} s  ${message}`);
  const date = new Date().toISOString().slice(0, 10);
  const conditions = await lookAround();
  say(`the machine: ${conditionsText(conditions)}`);
  const floor = await compileFloor(folder);
  if (floor === undefined) say('there is no C compiler (cc): no floor');
  const sections: Section[] = [];
  for (const name of names) {
    const section = SECTIONS[name];
    if (section === undefined) throw new Error(`there is no ${name}; there are ${Object.keys(SECTIONS).join(', ')}`);
    sections.push(await section({ say, folder, floor, quick }));
  }
  const idle = isIdle(conditions);
  const facts = { date, seconds: seconds(), machine: machineFacts(), conditions: conditionsText(conditions), idle };
  return { facts, sections };
}

void bench(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
