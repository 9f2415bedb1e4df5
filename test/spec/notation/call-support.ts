/** What the tests of calls share: a call as one line, and what is wrong with one. */
import { parseCall } from '../../../src/spec/notation/call';
import type { Dialect } from '../../../src/spec/notation/scanner';
import { snippetAt } from '../../../src/spec/snippet';
import { collect } from '../support';

export function parse(text: string, dialect: Dialect = 'yaml') {
  return collect(text, (complaints) => parseCall(snippetAt(text, 0), complaints, dialect));
}

/** A call as one line of kinds, without places; or what is wrong with it. */
export function outline(text: string, dialect: Dialect = 'yaml'): string {
  const { made, troubles } = parse(text, dialect);
  return made === undefined ? troubles.join('; ') : plain(made);
}

/** The arguments of a call as one line of kinds. */
export function outlineArguments(text: string, dialect: Dialect = 'yaml'): string {
  const { made, troubles } = parse(text, dialect);
  return made === undefined ? troubles.join('; ') : plain(made.args);
}

function plain(value: unknown): string {
  const json = JSON.stringify(value, (key, inner: unknown) =>
    key === 'span' ? undefined : inner instanceof Uint8Array ? Buffer.from(inner).toString('latin1') : inner,
  );
  return json.replaceAll('"', '').replaceAll('kind:', '');
}
