/** What the page shows stands in its address, so that the browser's own history, bookmarks and links work. */

export type Place =
  | { readonly kind: 'overview' }
  /** @see ItemView; `part` is the id of an element of it */
  | { readonly kind: 'item'; readonly index: number; readonly part?: string };

export function addressOf(place: Place): string {
  if (place.kind === 'overview') return '#';
  return `#run-${place.index}${place.part === undefined ? '' : `/${place.part}`}`;
}

/** Whatever is no place of ours is the overview. */
export function placeOf(address: string): Place {
  const match = /^#run-(\d+)(?:\/([\w-]+))?$/.exec(address);
  if (match === null) return { kind: 'overview' };
  const [, index, part] = match;
  return { kind: 'item', index: Number(index), ...(part === undefined ? {} : { part }) };
}
