/** What tracefs says of an event: where its fields lie, and the names of a field's values. */

export interface EventFormat {
  readonly id: number;
  readonly fields: ReadonlyMap<string, EventField>;
  /** Names of the values of `reason`, from the format in which the kernel itself prints them. */
  readonly reasons: ReadonlyMap<number, string>;
}

export interface EventField {
  readonly offset: number;
  readonly size: number;
}

/** @param text of a file `events/SYSTEM/NAME/format` */
export function parseFormat(text: string): EventFormat {
  const id = Number(/^ID: (\d+)$/m.exec(text)?.[1] ?? 0);
  const fields = new Map<string, EventField>();
  for (const [, declaration = '', offset, size] of text.matchAll(/field:([^;]+);\s*offset:(\d+);\s*size:(\d+);/g)) {
    const name = /(\w+)(?:\[[^\]]*\])?$/.exec(declaration.trim())?.[1];
    if (name !== undefined) fields.set(name, { offset: Number(offset), size: Number(size) });
  }
  return { id, fields, reasons: namesOf(text) };
}

function namesOf(text: string): ReadonlyMap<number, string> {
  const table = /REC->reason,((?:\s*\{[^}]*\},?)+)/.exec(text)?.[1] ?? '';
  const names = new Map<number, string>();
  for (const [, value, name = ''] of table.matchAll(/\{\s*(\w+),\s*"([^"]*)"\s*\}/g)) names.set(Number(value), name);
  return names;
}

/** Where a page of the ring buffer says how much is in it, and where its events begin (`events/header_page`). */
export interface PageLayout {
  readonly commitAt: number;
  readonly dataAt: number;
  readonly pageBytes: number;
}

export function parsePageLayout(text: string): PageLayout {
  const { fields } = parseFormat(text);
  const data = fields.get('data') ?? { offset: 16, size: 4080 };
  return {
    commitAt: fields.get('commit')?.offset ?? 8,
    dataAt: data.offset,
    pageBytes: data.offset + data.size,
  };
}
