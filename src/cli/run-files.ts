/** Files that are written one for each run, into a folder: named after its spec and variant. */
import { labelOf } from '../suite/label';
import type { PlannedRun, RunResult } from '../suite/suite';
import type { Outputs } from './output';

/** What the files of a folder are made of; nothing for a run that left nothing behind. */
export interface RunFileKind {
  /** Without a dot. */
  readonly extension: string;
  readonly content: (result: RunResult) => Iterable<string | Uint8Array> | undefined;
}

/** Opens the folder before anything runs. @throws OutputError */
export function openRunFolder(
  folder: string,
  { extension, content }: RunFileKind,
  outputs: Outputs,
): (result: RunResult) => void {
  const write = outputs.openFolder(folder);
  const taken = new Set<string>();
  return (result) => {
    const parts = content(result);
    if (parts !== undefined) write(`${freeName(runFileName(result.run), taken)}.${extension}`, parts);
  };
}

/** `specs/a/b.yaml` and `ipv4 n=1` give `specs-a-b.ipv4-n=1`. */
export function runFileName(run: PlannedRun): string {
  const clean = (text: string): string => text.replace(/[^\w.=-]+/g, '-').replace(/^-+/, '');
  return `${clean(run.timeline.file.replace(/\.ya?ml$/, ''))}.${clean(labelOf(run))}`;
}

/** The name, numbered when another run has it already: `a/b.yaml` and `a-b.yaml` look alike as file names. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}.${number}`;
  taken.add(name);
  return name;
}
