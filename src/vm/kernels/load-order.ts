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
  | { readonly kind: 'loaded' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly problem: KernelProblem };

/** @param release of the kernel; a module for another one would be refused by it */
export function loadOrder(tree: ModuleTree, release: string): LoadOrder {
  const modules = new Map<string, KernelModule>();
  const found = new Map<string, Found>();
  const lookFor = (name: string): Found => {
    const known = found.get(name);
    if (known !== undefined) return known;
    // For whoever depends on itself in the end.
    found.set(name, { kind: 'absent' });
    const result = isBuiltIn(tree, name) ? ({ kind: 'loaded' } as const) : load(name);
    found.set(name, result);
    return result;
  };
  const load = (name: string): Found => {
    const candidate = bestFile(tree.files.get(name) ?? [], release);
    if (candidate.kind !== 'module') return candidate;
    const missing = candidate.module.depends.filter((other) => lookFor(other).kind !== 'loaded');
    if (missing.length > 0) {
      const message = `${candidate.path} depends on ${missing.join(', ')}, which cannot be found`;
      return { kind: 'refused', problem: { message, hint: '' } };
    }
    modules.set(name, candidate.module);
    return { kind: 'loaded' };
  };
  for (const name of wantedModules(tree.files.keys())) lookFor(name);
  const required = [...REQUIRED.keys()].map((name) => ({ name, found: found.get(name) }));
  const absent = required.filter((one) => one.found?.kind === 'absent').map(({ name }) => name);
  const refused = required.flatMap((one) => (one.found?.kind === 'refused' ? [one.found.problem] : []));
  return { modules: [...modules.values()], problems: [...refused, ...missingProblem(tree, release, absent)] };
}

type Candidate =
  | { readonly kind: 'module'; readonly path: string; readonly module: KernelModule }
  | Exclude<Found, { kind: 'loaded' }>;

/** Of several files the one for this kernel; what an update has put there comes before what the kernel came with. */
function bestFile(paths: readonly string[], release: string): Candidate {
  const ordered = [...paths].sort(
    (left, right) => Number(/\/updates\//.test(right)) - Number(/\/updates\//.test(left)),
  );
  let first: Candidate = { kind: 'absent' };
  for (const path of ordered) {
    const candidate = readFor(path, release);
    if (candidate.kind === 'module') return candidate;
    if (first.kind === 'absent') first = candidate;
  }
  return first;
}

function readFor(path: string, release: string): Candidate {
  const read = attempt(() => readModule(path));
  if (read.kind === 'refused') return read;
  if (read.value.release === release) return { kind: 'module', path, module: read.value };
  const message = `${path} is for Linux ${read.value.release}, the kernel is ${release}`;
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
