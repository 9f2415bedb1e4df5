/** Structures that calls take by name, as rows of ints: the fields in the kernel's order, however a spec writes them. */

/** struct linger (include/linux/socket.h). */
const LINGER = ['onoff', 'linger'];

/** Where a field stands among the ints of its structure; `undefined` for a field of none. */
export function fieldPlace(name: string): number | undefined {
  const place = LINGER.indexOf(name);
  return place < 0 ? undefined : place;
}
