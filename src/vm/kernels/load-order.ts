/** The modules that a guest loads, in the order of their dependencies, which each of them names itself. */
import type { ModuleTree } from './module-tree';
import { type KernelModule, readModule } from './module';
import { attempt, type KernelProblem } from './problem';
import { REQUIRED, wantedModules } from './wanted-modules';

export interface LoadOrder {
  readonly modules: readonly KernelModule[];
  /** Why modules are missing without which nothing runs. */
  readonly problems: readonly KernelProblem[];
}

type Found =
  | { readonly kind: 'found' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly problem: KernelProblem };

/** @param release of the kernel; a module for another one would be refused by it */
export function loadOrder(tree: ModuleTree, release: string): LoadOrder {
  const resolver = new Resolver(tree, release);
  for (const name of wantedModules(tree.files.keys())) resolver.find(name);
  const required = [...REQUIRED.keys()].map((name) => ({ name, found: resolver.find(name) }));
  const absent = required.filter(({ found }) => found.kind === 'absent').map(({ name }) => name);
  const refused = required.flatMap(({ found }) => (found.kind === 'refused' ? [found.problem] : []));
  return { modules: resolver.modules, problems: [...distinct(refused), ...missingProblem(tree, release, absent)] };
}

/** Finds modules and what they depend on. */
class Resolver {
  /** Those that were found, each behind all that it depends on. */
  readonly modules: KernelModule[] = [];
  readonly #found = new Map<string, Found>();
  readonly #tree: ModuleTree;
  readonly #release: string;

  constructor(tree: ModuleTree, release: string) {
    this.#tree = tree;
    this.#release = release;
  }

  find(name: string): Found {
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    // For those that depend on themselves in the end.
    this.#found.set(name, { kind: 'absent' });
    const found: Found = isBuiltIn(this.#tree, name) ? { kind: 'found' } : this.#load(name);
    this.#found.set(name, found);
    return found;
  }

  #load(name: string): Found {
    const candidate = bestFile(this.#tree, name, this.#release);
    if (candidate.kind !== 'module') return candidate;
    const missing = candidate.module.depends.filter((other) => this.find(other).kind !== 'found');
    if (missing.length > 0) {
      const message = `${candidate.path} depends on ${missing.join(', ')}, which cannot be found`;
      return { kind: 'refused', problem: { message, hint: '' } };
    }
    this.modules.push(candidate.module);
    return { kind: 'found' };
  }
}

function distinct(problems: readonly KernelProblem[]): readonly KernelProblem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

type Candidate =
  | { readonly kind: 'module'; readonly path: string; readonly module: KernelModule }
  | Exclude<Found, { kind: 'found' }>;

/** Of several files the one for this kernel; what an update has put there comes before what the kernel came with. */
function bestFile({ files, folder }: ModuleTree, name: string, release: string): Candidate {
  const isUpdate = (path: string): number => Number(path.includes('/updates/'));
  const paths = [...(files.get(name) ?? [])].sort((left, right) => isUpdate(right) - isUpdate(left));
  let first: Candidate = { kind: 'absent' };
  for (const path of paths) {
    const candidate = readFor(path, release, folder ?? '');
    if (candidate.kind === 'module') return candidate;
    if (first.kind === 'absent') first = candidate;
  }
  return first;
}

function readFor(path: string, release: string, folder: string): Candidate {
  const read = attempt(() => readModule(path));
  if (read.kind === 'refused') return read;
  if (read.value.release === release) return { kind: 'module', path, module: read.value };
  // Without the name of the module: when one is for another kernel, all are.
  const message = `the modules in ${folder} are for Linux ${read.value.release}, the kernel is ${release}`;
  return { kind: 'refused', problem: { message, hint: 'give the modules of the same build with --modules DIR' } };
}

function isBuiltIn({ builtIn, config }: ModuleTree, name: string): boolean {
  if (builtIn?.has(name) === true) return true;
  const option = REQUIRED.get(name);
  return option !== undefined && config !== undefined && new RegExp(`^${option}=y$`, 'm').test(config);
}

function missingProblem(tree: ModuleTree, release: string, absent: readonly string[]): readonly KernelProblem[] {
  if (absent.length === 0) return [];
  const options = absent.map((name) => `${REQUIRED.get(name) ?? name}`).join(', ');
  const where = tree.folder === undefined ? 'no modules were found beside the image' : `not in ${tree.folder}`;
  const isKnown = tree.builtIn !== undefined || tree.config !== undefined;
  const message = `Linux ${release} lacks modules that are required: ${absent.join(', ')} (${where}${isKnown ? ', nor built in' : ''})`;
  const builtIn = isKnown
    ? `build with ${options}`
    : `where they are built in (${options}), put modules.builtin or .config of the build beside the image or into DIR`;
  return [{ message, hint: `give a folder that has them with --modules DIR; ${builtIn}` }];
}
