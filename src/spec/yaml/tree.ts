/**
 * A YAML document as packetspec sees it: maps, lists and scalars, each with its place, and scalars with the text as it
 * was written, since `+0` must not become 0.
 */
import type { Snippet } from '../snippet';
import type { Span } from '../source';

export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
}

export interface ListTree {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly Tree[];
}

export interface ScalarTree {
  readonly kind: 'scalar';
  readonly span: Span;
  readonly value: string | number | boolean | null;
  /** As written, without quotes; escapes and line folds are resolved. */
  readonly text: string;
  /** In quotes or a block: then it is a text, whatever it looks like. */
  readonly isText: boolean;
  /** Where each character of `text` stands in the file; absent when it stands there letter by letter no more. */
  readonly offsets?: (index: number) => number;
  /** A substitution failed and was reported: what depends on the value is not to be judged. */
  readonly broken?: true;
}

/** The entry of a map, if the tree is one and has it. */
export function entryOf(tree: Tree | undefined, key: string): Entry | undefined {
  return tree?.kind === 'map' ? tree.entries.find((entry) => entry.key === key) : undefined;
}

/** The value under a key. */
export function child(tree: Tree | undefined, key: string): Tree | undefined {
  return entryOf(tree, key)?.value;
}

/** The scalar's text for a parser of its own. */
export function snippetOf(scalar: ScalarTree): Snippet {
  const { span, offsets, text } = scalar;
  if (offsets === undefined) return { text, locate: () => span };
  return {
    text,
    locate: (start, end) => {
      const from = offsets(start);
      return { start: from, end: Math.max(from, end > start ? offsets(end - 1) + 1 : from) };
    },
  };
}

/** Plain values for a schema. Maps have no prototype, so that no key means anything but itself. */
export function toPlain(tree: Tree): unknown {
  switch (tree.kind) {
    case 'map': {
      const plain: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
      for (const { key, value } of tree.entries) plain[key] = toPlain(value);
      return plain;
    }
    case 'list':
      return tree.items.map(toPlain);
    case 'scalar':
      return tree.value;
  }
}

/** An entry whose list is only counted: what its items hold is looked at elsewhere, and may be large. */
export function withoutInside(entry: Entry): Entry {
  const { value } = entry;
  if (value.kind !== 'list') return entry;
  return { ...entry, value: { ...value, items: value.items.map(({ span }) => ({ kind: 'list', span, items: [] })) } };
}

/** What a tree is, for messages. */
export function describeTree(tree: Tree): string {
  switch (tree.kind) {
    case 'map':
      return 'a mapping';
    case 'list':
      return 'a list';
    case 'scalar':
      if (tree.value === null) return 'nothing';
      if (typeof tree.value === 'string') return `the text \`${shorten(tree.text)}\``;
      return `\`${shorten(tree.text)}\``;
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
