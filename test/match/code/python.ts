/** Python itself, for tests that hold packetspec's evaluation against it. */
import { execFileSync } from 'node:child_process';
import { parsePython } from '../../../src/spec/python/parse';
import type { CodeBlock } from '../../../src/spec/model';
import type { Sample } from '../../../src/trace/trace';

const DRIVER = `
import json, sys, io, contextlib, traceback, warnings
warnings.simplefilter("ignore")
results = []
for text in json.load(sys.stdin):
    out = io.StringIO()
    result = {}
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(text, "<block>", "exec"), {"__name__": "__main__"})
    except Exception as error:
        line = error.lineno if isinstance(error, SyntaxError) else [at for frame, at in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == "<block>"][-1]
        result = {"line": line, "error": type(error).__name__, "message": str(error)}
    result["printed"] = out.getvalue()
    results.append(result)
json.dump(results, sys.stdout)
`;

export interface PythonResult {
  readonly line?: number;
  readonly error?: string;
  readonly message?: string;
  readonly printed: string;
}

/** Runs each text by itself, all in one interpreter. */
export function python(texts: readonly string[]): readonly PythonResult[] {
  const output = execFileSync('python3', ['-c', DRIVER], { input: JSON.stringify(texts), encoding: 'utf8' });
  return JSON.parse(output) as readonly PythonResult[];
}

/** A block at a line of a file, with its program where it has one. */
export function block(text: string, firstLine = 1): CodeBlock {
  const parsed = parsePython(text);
  return { text, firstLine, ...('program' in parsed ? { program: parsed.program } : {}) };
}

/** A sample of structures whose bytes are all 0, save those that are given by offset. */
export function sample(tcpInfo: Readonly<Record<number, number>> = {}, length = 280): Sample {
  const bytes = new Uint8Array(length);
  for (const [offset, value] of Object.entries(tcpInfo)) bytes[Number(offset)] = value;
  return {
    tcpInfo: { bytes },
    congestionInfo: { bytes: new Uint8Array(0) },
    memoryInfo: { bytes: new Uint8Array(36) },
  };
}
