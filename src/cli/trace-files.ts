/** `--trace DIR`: the trace of each run. */
import { traceLines } from '../trace/jsonl';
import type { RunFileKind } from './run-files';

export const TRACE_FILES: RunFileKind = {
  extension: 'jsonl',
  content: ({ trace }) => (trace === undefined ? undefined : traceLines(trace)),
};
