/** `--trace DIR`: one file for each run, named after its spec and variant. */
import { labelOf } from '../suite/label';
import type { RunResult } from '../suite/suite';
import { writeTrace } from '../trace/jsonl';
import type { Outputs } from './output';

/** Opens the folder before anything runs. @throws OutputError */
export function openTraceFolder(folder: string, outputs: Outputs): (result: RunResult) => void {
  const write = outputs.openFolder(folder);
  const taken = new Set<string>();
  return ({ run, trace }) => {
    if (trace === undefined) return;
    write(freeName(traceFileName(run.timeline.file, labelOf(run)), taken), writeTrace(trace));
  };
}

/** `specs/a/b.yaml` and `ipv4 n=1` give `specs-a-b.ipv4-n=1.jsonl`. */
export function traceFileName(file: string, variant: string): string {
  const clean = (text: string): string => text.replace(/[^\w.=-]+/g, '-').replace(/^-+/, '');
  return `${clean(file.replace(/\.ya?ml$/, ''))}.${clean(variant)}.jsonl`;
}

/** The name, numbered when another run has it already: `a/b.yaml` and `a-b.yaml` look alike as file names. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = wanted.replace(/\.jsonl$/, `.${number}.jsonl`);
  taken.add(name);
  return name;
}
