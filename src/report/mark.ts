/** Marks the fields of a segment, written in notation, that differ: carets under each. */

/** Where each field stands in the notation. */
const PLACES: Readonly<Record<string, RegExp>> = {
  flags: /^(?:\[[^\]]*\] )?(?:\S+ > \S+ )?(\S+)/,
  ecn: /^\[.*?\b(noecn|ect01|ect0|ect1|ce)\b/,
  tos: /(tos 0x[0-9a-f]+)/,
  ttl: /(ttl \d+)/,
  flowlabel: /(flowlabel 0x[0-9a-f]+)/,
  id: /(id \d+)/,
  seq: /(\d+):\d+\(\d+\)/,
  length: /(\(\d+\))/,
  ack: /(ack \d+)/,
  win: /(win \d+)/,
  urg: /(urg \d+)/,
  options: /(<.*>)/,
  type: /(icmp \S+)/,
  code: /icmp \S+ (\S+)/,
  mtu: /(mtu \d+)/,
};

/** A line of carets under the named fields of the text; empty when none of them is written there. */
export function markFields(text: string, fields: readonly string[]): string {
  const marks = new Array<string>(text.length).fill(' ');
  for (const field of fields) {
    const match = PLACES[field]?.exec(text);
    const group = match?.[1];
    if (match === null || match === undefined || group === undefined) continue;
    marks.fill('^', match.index + match[0].indexOf(group), match.index + match[0].indexOf(group) + group.length);
  }
  return marks.join('').trimEnd();
}
