/**
 * Code blocks for the interpreter: one Python file for all blocks of a run, and what its output means.
 *
 * Each block is compiled with the line numbers that it has in the script, all of them before the first one runs: a
 * text that Python refuses fails the script before anything of it happens, as in packetdrill. The last line of a
 * failed run is one JSON object behind a mark. Deliberately absent: starting the interpreter.
 */
import type { CodeBlock } from '../../spec/model';
import { pythonSource } from '../../spec/python/parse';
import type { Sample } from '../../trace/trace';
import type { CodeFailure, CodeValue } from './code';
import { type SampleNames, sampleNames } from './namespace';

/** A block, and what was sampled when its time had come. */
export interface SampledBlock {
  readonly code: CodeBlock;
  readonly sample: Sample;
}

const MARK = 'packetspec-code-failure ';

/** What the file does with the blocks. It reads `_BLOCKS`: tuples of line, text, values, absent names. */
const PROGRAM = `
import ast, json, sys, traceback

_FILE = "<script>"


def _short(value):
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "..."


def _position(step):
    positions = getattr(step.tb_frame.f_code, "co_positions", None)
    column = None
    if positions is not None and step.tb_lasti >= 0:
        column = list(positions())[step.tb_lasti // 2][2]
    return step.tb_lineno, column


def _statement(text, first, line, column, error):
    found = None
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.stmt):
            continue
        begin = (node.lineno + first - 1, node.col_offset)
        end = getattr(node, "end_lineno", node.lineno) + first - 1
        starts = begin[0] <= line if column is None else begin <= (line, column)
        fits = column is not None or not isinstance(error, AssertionError) or isinstance(node, ast.Assert)
        if starts and line <= end and fits and (found is None or begin >= (found.lineno + first - 1, found.col_offset)):
            found = node
    return found


def _shown(text, node):
    segment = getattr(ast, "get_source_segment", lambda *_: None)(text, node) or text.split("\\n")[node.lineno - 1]
    return " ".join(segment.replace("\\\\\\n", " ").split())


def _looked(node):
    parts = [node.test] if isinstance(node, (ast.Assert, ast.If, ast.While)) else [node]
    names = []
    for part in parts:
        for one in ast.walk(part):
            if isinstance(one, ast.Name) and one.id not in names:
                names.append(one.id)
    return names


def _report(block, namespace, error):
    first, text, _, absent = block
    line = first
    shown = ""
    values = []
    if isinstance(error, SyntaxError) and error.filename == _FILE:
        # What ends too early is only noticed behind the end.
        line = min(error.lineno or first, first + text.rstrip().count("\\n"))
        shown = (error.text or "").strip()
    else:
        column = None
        step = error.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename == _FILE:
                line, column = _position(step)
            step = step.tb_next
        node = _statement(text, first, line, column, error)
        if node is not None:
            line = node.lineno + first - 1
            shown = _shown(text, node)
            for name in _looked(node):
                if isinstance(namespace.get(name), (int, float, str, tuple, list, bool, type(None))) and name in namespace:
                    values.append({"name": name, "value": _short(namespace[name])})
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    for name, why in absent.items():
        if isinstance(error, NameError) and "'" + name + "'" in message:
            message += "; " + why
    failure = {"line": line, "text": shown[:500], "error": type(error).__name__, "message": message[:1000], "values": values[:20]}
    sys.stdout.flush()
    sys.stderr.write("\\n" + _MARK + json.dumps(failure) + "\\n")
    sys.exit(1)


def _main():
    namespace = {"__name__": "__main__", "sys": sys, "traceback": traceback, "_file": _FILE}
    programs = []
    for block in _BLOCKS:
        try:
            programs.append(compile("\\n" * (block[0] - 1) + block[1], _FILE, "exec"))
        except (SyntaxError, ValueError) as error:
            _report(block, namespace, error)
    for block, program in zip(_BLOCKS, programs):
        namespace.update(block[2])
        namespace["_line"] = block[0]
        try:
            exec(program, namespace)
        except Exception as error:
            _report(block, namespace, error)


_main()
`;

/**
 * The file for the interpreter; its exit status is not 0 when a block fails.
 * @param blocks in the order in which they were sampled
 */
export function pythonFile(blocks: readonly SampledBlock[]): string {
  const tuples = blocks.map(({ code, sample }) => blockTuple(code, sampleNames(sample)));
  return `_MARK = ${JSON.stringify(MARK)}\n_BLOCKS = [\n${tuples.join('')}]\n${PROGRAM}`;
}

function blockTuple({ text, firstLine }: CodeBlock, names: SampleNames | { readonly trouble: string }): string {
  const known: SampleNames = 'trouble' in names ? { values: new Map(), absent: new Map() } : names;
  // A block without values fails before it begins: what it says cannot be true or false.
  const source = 'trouble' in names ? `raise RuntimeError(${JSON.stringify(names.trouble)})\n` : pythonSource(text);
  const values = [...known.values].map(([name, value]) => `${JSON.stringify(name)}: ${value}`);
  const absent = [...known.absent].map(([name, why]) => `${JSON.stringify(name)}: ${JSON.stringify(why)}`);
  return `(${firstLine}, ${JSON.stringify(source)}, {${values.join(', ')}}, {${absent.join(', ')}}),\n`;
}

/**
 * Why a block failed, from what the interpreter printed; `undefined` when that does not say so, because nothing
 * failed, or because the interpreter itself did (its exit status tells the two apart).
 */
export function readInterpreterOutput(output: string): CodeFailure | undefined {
  const at = output.lastIndexOf(MARK);
  return at < 0 ? undefined : failureFrom(output.slice(at + MARK.length));
}

function failureFrom(text: string): CodeFailure | undefined {
  const parsed = parsedJson(text.split('\n', 1)[0] ?? '');
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { line, text: shown, error, message, values } = parsed as Readonly<Record<string, unknown>>;
  if (typeof line !== 'number' || typeof error !== 'string' || typeof message !== 'string') return undefined;
  return {
    line,
    text: typeof shown === 'string' ? shown : '',
    error,
    message,
    values: Array.isArray(values) ? values.filter(isCodeValue) : [],
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCodeValue(value: unknown): value is CodeValue {
  if (typeof value !== 'object' || value === null) return false;
  const { name, value: shown } = value as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && typeof shown === 'string';
}
