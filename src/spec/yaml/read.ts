/**
 * YAML text -> `Tree`, with every place kept and every mistake collected.
 *
 * What could hang or crash is refused before it costs anything: huge files, deep nesting, aliases that unfold without
 * end. Deliberately absent: what the keys mean.
 */
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, Parser } from 'yaml';
import type { Alias, CST, Document, Node, Scalar } from 'yaml';
import { errorAt } from '../snippet';
import type { Complaints } from '../snippet';
import type { Span } from '../source';
import { maskTemplates, unmask } from './mask';
import { scalarOffsets } from './scalar-offsets';
import { reportSyntax } from './syntax';
import type { Entry, ListTree, MapTree, ScalarTree, Tree } from './tree';

const LARGEST_FILE = 4 * 1024 * 1024;
/** Levels of flow brackets, and of nested tokens (about two for each level of the document). */
const DEEPEST_BRACKETS = 64;
const DEEPEST_TOKENS = 200;
/** Nodes after all aliases are unfolded. */
const MOST_NODES = 1_000_000;

/** The document's root; `undefined` when there is none to speak of, with the reason reported. */
export function readYaml(text: string, complaints: Complaints): Tree | undefined {
  if (!isReadable(text, complaints)) return undefined;
  // A byte order mark is not part of the first line.
  const base = text.startsWith('\uFEFF') ? 1 : 0;
  const source = maskTemplates(text.slice(base));
  const document = compose(source, base, complaints);
  if (document === undefined) return undefined;
  const reader = new TreeReader(source, base, complaints);
  const root = document.contents === null ? undefined : reader.read(document.contents);
  if (root !== undefined || !reader.clean) return root;
  complaints.report(
    errorAt({ start: 0, end: 0 }, 'missing-key', 'this spec is empty', 'a spec has at least `name` and `steps`'),
  );
  return undefined;
}

function isReadable(text: string, complaints: Complaints): boolean {
  if (text.length > LARGEST_FILE) {
    const megabytes = (text.length / 1024 / 1024).toFixed(1);
    complaints.report(errorAt({ start: 0, end: 0 }, 'unreadable', `this file has ${megabytes} MiB; a spec may have 4`));
    return false;
  }
  const nul = text.indexOf('\0');
  if (nul === -1) return true;
  complaints.report(errorAt({ start: nul, end: nul + 1 }, 'unreadable', 'this file is not text: it holds a NUL byte'));
  return false;
}

function compose(source: string, base: number, complaints: Complaints): Document | undefined {
  const tokens = parseTokens(source, base, complaints);
  if (tokens === undefined) return undefined;
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [document, ...others] = [...composer.compose(tokens, true, source.length)];
  if (document === undefined) return undefined;
  const second = others[0];
  if (second !== undefined) {
    const start = base + (second.range[0] ?? 0);
    complaints.report(
      errorAt(
        { start, end: Math.min(start + 3, base + source.length) },
        'yaml-syntax',
        'a spec is one YAML document; here begins a second',
        'write one file for each spec',
      ),
    );
  }
  return reportSyntax(document, source, base, complaints) ? undefined : document;
}

/** Tokens of the file, unless they are nested so deeply that composing them could end the process. */
function parseTokens(source: string, base: number, complaints: Complaints): CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let brackets = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(source)) {
    if (lexeme === '[' || lexeme === '{') brackets++;
    if (lexeme === ']' || lexeme === '}') brackets--;
    if (brackets > DEEPEST_BRACKETS) return tooDeep(base + offset, complaints);
    for (const token of parser.next(lexeme)) tokens.push(token);
    // The parser leaves what is open by recursion.
    if (parser.stack.length > DEEPEST_TOKENS) return tooDeep(base + offset, complaints);
    offset = parser.offset;
  }
  for (const token of parser.end()) tokens.push(token);
  return depthOf(tokens) > DEEPEST_TOKENS ? tooDeep(base, complaints) : tokens;
}

function tooDeep(offset: number, complaints: Complaints): undefined {
  complaints.report(
    errorAt({ start: offset, end: offset }, 'yaml-syntax', 'this file is nested too deeply to be a spec'),
  );
  return undefined;
}

function depthOf(tokens: readonly CST.Token[]): number {
  const pending: { token: unknown; depth: number }[] = tokens.map((token) => ({ token, depth: 1 }));
  let deepest = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > deepest) deepest = depth;
    if (deepest > DEEPEST_TOKENS) return deepest;
    for (const part of partsOf(token)) {
      for (const inner of part) pending.push({ token: inner, depth: depth + 1 });
    }
  }
  return deepest;
}

/** Parts of a token that may hold tokens of their own. */
function partsOf(token: unknown): readonly (readonly unknown[])[] {
  if (typeof token !== 'object' || token === null) return [];
  return [
    'items' in token && Array.isArray(token.items) ? (token.items as unknown[]) : [],
    'value' in token && typeof token.value === 'object' ? [token.value] : [],
    'key' in token && typeof token.key === 'object' ? [token.key] : [],
  ];
}

/** Turns the library's nodes into ours. An alias shares the tree of its anchor; unfolded sizes are counted, not built. */
class TreeReader {
  readonly #source: string;
  readonly #base: number;
  readonly #complaints: Complaints;
  readonly #anchors = new Map<string, { tree: Tree | undefined; nodes: number }>();
  #nodes = 0;
  clean = true;

  constructor(source: string, base: number, complaints: Complaints) {
    this.#source = source;
    this.#base = base;
    this.#complaints = complaints;
  }

  /** `undefined` for what was reported. */
  read(node: Node): Tree | undefined {
    if (isAlias(node)) return this.#alias(node);
    const before = this.#nodes;
    this.#nodes++;
    const anchor = node.anchor;
    // Known, but without a tree, while its own inside is read: an alias to it there would have no end.
    if (anchor !== undefined) this.#anchors.set(anchor, { tree: undefined, nodes: 0 });
    const tree = this.#own(node);
    if (anchor !== undefined) this.#anchors.set(anchor, { tree, nodes: this.#nodes - before });
    return tree;
  }

  #own(node: Node): Tree | undefined {
    const span = this.#span(node.range);
    if (isScalar(node)) return this.#scalar(node, span);
    if (isMap(node)) {
      const entries: Entry[] = [];
      const seen = new Set<string>();
      for (const pair of node.items) {
        const entry = this.#entry(pair.key, pair.value, seen, span);
        if (entry !== undefined) entries.push(entry);
      }
      return { kind: 'map', span, entries } satisfies MapTree;
    }
    if (!isSeq(node)) return this.#fail(span, 'this is not a value that a spec can hold');
    const items: Tree[] = [];
    for (const item of node.items) {
      const tree = this.#value(item, span);
      if (tree !== undefined) items.push(tree);
    }
    return { kind: 'list', span, items } satisfies ListTree;
  }

  #entry(key: unknown, value: unknown, seen: Set<string>, mapSpan: Span): Entry | undefined {
    if (!isScalar(key)) return this.#fail(mapSpan, 'a key of this mapping is not a plain word');
    const keySpan = this.#span(key.range);
    const name = unmask(typeof key.value === 'string' ? key.value : String(key.source ?? key.value));
    if (seen.has(name)) {
      this.clean = false;
      this.#complaints.report(errorAt(keySpan, 'duplicate-name', `the key \`${name}\` is written twice`));
      return undefined;
    }
    seen.add(name);
    const tree = this.#value(value, keySpan);
    return tree === undefined ? undefined : { key: name, keySpan, value: tree };
  }

  #value(value: unknown, place: Span): Tree | undefined {
    // `? key` without a value.
    if (value === null || value === undefined)
      return { kind: 'scalar', span: place, value: null, text: '', isText: false };
    return this.read(value as Node);
  }

  #scalar(node: Scalar, span: Span): ScalarTree {
    const isText = node.type !== undefined && node.type !== 'PLAIN';
    const masked = node.source ?? (typeof node.value === 'string' ? node.value : '');
    const text = unmask(masked);
    const value = readValue(node.value);
    const offsets = scalarOffsets(this.#source, span.start - this.#base, span.end - this.#base, masked);
    const base = this.#base;
    return {
      kind: 'scalar',
      span,
      value: typeof value === 'string' ? unmask(value) : value,
      text,
      isText,
      ...(offsets === undefined ? {} : { offsets: (index: number) => base + offsets(index) }),
    };
  }

  #alias(node: Alias): Tree | undefined {
    const span = this.#span(node.range);
    const target = this.#anchors.get(node.source);
    if (target === undefined) return this.#fail(span, `no anchor \`&${node.source}\` stands before this alias`);
    if (target.tree === undefined) return this.#fail(span, `\`*${node.source}\` stands inside of what it means`);
    this.#nodes += target.nodes;
    if (this.#nodes > MOST_NODES)
      return this.#fail(span, `the aliases of this file unfold to more than ${MOST_NODES} values`);
    return target.tree;
  }

  #span(range: readonly [number, number, number] | null | undefined): Span {
    const start = this.#base + (range?.[0] ?? 0);
    return { start, end: Math.max(start, this.#base + (range?.[1] ?? 0)) };
  }

  #fail(span: Span, message: string): undefined {
    this.clean = false;
    this.#complaints.report(errorAt(span, 'yaml-syntax', message));
    return undefined;
  }
}

function readValue(value: unknown): ScalarTree['value'] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}
