/**
 * `npm run corpus`: runs the packetdrill scripts of the newest Linux kernel, as its own runner would.
 *
 * They come out of Debian's package of the kernel's source and are kept in a cache of the user; they are GPL-2.0, and
 * nothing of them is in the repository. Deliberately absent: a comparison (`npm run parity` does that).
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { COMMAND, renewBundle } from '../bench/product';
import { CorpusError, cachedCorpus, cacheFolder, fetchCorpus, unpackCorpus } from './fetch';

const USAGE = `usage: npm run corpus -- [--fetch-only] [--refresh] [--deb FILE] [-- OPTIONS OF packetspec run]
  --fetch-only   print the folder of the scripts, and run nothing
  --refresh      look for a newer kernel; otherwise what was fetched last is taken
  --deb FILE     take this package linux-source-N.M in place of Debian's newest`;

/** @returns the exit status */
function corpus(argv: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      'fetch-only': { type: 'boolean', default: false },
      refresh: { type: 'boolean', default: false },
      deb: { type: 'string' },
    },
  });
  const folder = folderOf(values.refresh, values.deb);
  if (values['fetch-only']) {
    console.log(folder);
    return 0;
  }
  renewBundle();
  const [program, script] = COMMAND;
  const args = [script, 'run', '--profile', 'kselftest', ...positionals, folder];
  return spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
}

function folderOf(refresh: boolean, deb: string | undefined): string {
  const cache = cacheFolder();
  const say = (text: string): void => console.error(`corpus: ${text}`);
  if (deb !== undefined) return unpackCorpus(cache, resolve(deb), say);
  return (refresh ? undefined : cachedCorpus(cache)) ?? fetchCorpus(cache, say);
}

/** What is wrong with the command line or the machine is said without a stack. */
function main(): void {
  try {
    process.exitCode = corpus(process.argv.slice(2));
  } catch (error) {
    const isUsage = error instanceof TypeError;
    if (!isUsage && !(error instanceof CorpusError)) throw error;
    console.error(`corpus: ${error.message}${isUsage ? `\n${USAGE}` : ''}`);
    process.exitCode = 2;
  }
}

main();
