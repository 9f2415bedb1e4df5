/** `--trace DIR`: one file for each run, named after its spec and variant. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../suite/suite';
import { writeTrace } from '../trace/jsonl';

/** Makes the folder now, so that a bad path is told before anything runs. @throws Error */
export function openTraceFolder(folder: string): (result: RunResult) => void {
  mkdirSync(folder, { recursive: true });
  return ({ run, trace }) => {
    if (trace !== undefined)
      writeFileSync(join(folder, traceFileName(run.timeline.file, run.timeline.variant.label)), writeTrace(trace));
  };
}

/** `specs/a/b.yaml` and `ipv4 n=1` give `specs-a-b.ipv4-n=1.jsonl`. */
export function traceFileName(file: string, variant: string): string {
  const clean = (text: string): string => text.replace(/[^\w.=-]+/g, '-').replace(/^-+/, '');
  return `${clean(file.replace(/\.ya?ml$/, ''))}.${clean(variant)}.jsonl`;
}
