/** Fetches kernels out of Debian's packages into the cache. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Apt, fieldOf, openApt } from './apt';
import { type CachedKernel, cachedKernel, storeKernel } from './cache';
import { type KernelEntry, newestPackages } from './catalogue';
import { prepareKernel } from './prepare';
import { type Attempt, attempt, KernelError, type KernelProblem } from './problem';
import { runTool } from './tool';
import { withWorkFolder } from './work-folder';

export interface FetchSettings {
  readonly cache: string;
  /** The address of a mirror's `debian` archive, in place of the one that this machine uses. */
  readonly mirror?: string | undefined;
  /** How long to wait for a mirror that says nothing. */
  readonly answerS?: number | undefined;
  /** Told what takes long. */
  readonly say: (text: string) => void;
}

export type FetchResult =
  | { readonly kind: 'fetched' | 'present'; readonly name: string; readonly kernel: CachedKernel }
  | { readonly kind: 'refused'; readonly name: string; readonly problems: readonly KernelProblem[] };

/** Gets the newest point release of each, unless it is there already. One that cannot be had leaves the others alone. */
export function fetchKernels(entries: readonly KernelEntry[], settings: FetchSettings): readonly FetchResult[] {
  const all = attempt(() =>
    withWorkFolder(settings.cache, (work) => {
      const suites = new Suites(work, settings);
      return entries.map((entry) =>
        asResult(
          entry,
          attempt(() => fetchOne(entry, suites, work, settings)),
        ),
      );
    }),
  );
  if (all.kind === 'done') return all.value;
  return entries.map(({ name }) => ({ kind: 'refused', name, problems: [all.problem] }));
}

function asResult({ name }: KernelEntry, result: Attempt<FetchResult>): FetchResult {
  return result.kind === 'done' ? result.value : { kind: 'refused', name, problems: [result.problem] };
}

/** Package lists that have been read, or could not be: nobody waits twice for the same silence. */
class Suites {
  readonly #opened = new Map<string, Attempt<Apt>>();
  readonly #work: string;
  readonly #settings: FetchSettings;

  constructor(work: string, settings: FetchSettings) {
    this.#work = work;
    this.#settings = settings;
  }

  /** @throws KernelError */
  open({ archive, suite }: KernelEntry): Apt {
    const { mirror, answerS, say } = this.#settings;
    let opened = this.#opened.get(suite);
    if (opened === undefined) {
      say(`reading the package list of ${suite}`);
      opened = attempt(() => openApt(join(this.#work, suite), { archive, suite, mirror, answerS }));
      this.#opened.set(suite, opened);
    }
    if (opened.kind === 'done') return opened.value;
    throw new KernelError(opened.problem.message, opened.problem.hint);
  }
}

function fetchOne(entry: KernelEntry, suites: Suites, work: string, { cache, say }: FetchSettings): FetchResult {
  const { name, suite } = entry;
  const apt = suites.open(entry);
  const packages = newestPackages(entry.packages, apt.names('linux-'));
  if (packages === undefined)
    throw new KernelError(
      `${suite} has no package ${entry.packages.join(', ')} any more`,
      'a newer packetspec may know where it went; a kernel of your own: --kernel PATH',
    );
  const paragraphs = packages.map((each) => apt.show(each));
  const version = fieldOf('Version', paragraphs[0] ?? '') ?? '';
  const present = cachedKernel(cache, name, version);
  if (present !== undefined) return { kind: 'present', name, kernel: present };
  const bytes = paragraphs.reduce((sum, paragraph) => sum + Number(fieldOf('Size', paragraph) ?? 0), 0);
  say(`${name}: downloading ${packages.join(', ')} (${Math.ceil(bytes / 1e6)} MB)`);
  const tree = join(work, name, 'tree');
  unpackPackages(apt, packages, join(work, name, 'packages'), tree);
  const prepared = join(work, name, 'prepared');
  const from = `${suite} ${version}`;
  const problems = prepareKernel(prepared, {
    imagePath: imageIn(tree),
    modulesFolder: undefined,
    from,
    isCopied: true,
  });
  if (problems.length > 0) return { kind: 'refused', name, problems };
  const kernel = storeKernel(cache, name, version, prepared);
  rmSync(join(work, name), { recursive: true, force: true });
  return { kind: 'fetched', name, kernel };
}

function unpackPackages(apt: Apt, packages: readonly string[], folder: string, tree: string): void {
  mkdirSync(folder, { recursive: true });
  apt.download(packages, folder);
  for (const file of readdirSync(folder)) {
    const deb = join(folder, file);
    runTool('dpkg-deb', ['-x', deb, tree], { trouble: `${file} cannot be unpacked`, package: 'dpkg' });
  }
}

/** `boot/vmlinuz-RELEASE`, or from 6.19 on beside the modules. */
function imageIn(tree: string): string {
  const files = readdirSync(tree, { recursive: true, encoding: 'utf8' });
  const image = files.find((file) => /(?:^|\/)(?:boot\/vmlinuz-[^/]+|modules\/[^/]+\/vmlinuz)$/.test(file));
  if (image === undefined)
    throw new KernelError('the packages hold no vmlinuz', 'a newer packetspec may know where it went');
  return join(tree, image);
}
