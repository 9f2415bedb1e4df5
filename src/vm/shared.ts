/** Work that many ask for at the same time is done once. */
const running = new Map<string, Promise<unknown>>();

/** Joins the work under this key, or begins it. What has ended is done anew for the next who asks. */
export function shared<T>(key: string, work: () => Promise<T>): Promise<T> {
  const known = running.get(key);
  if (known !== undefined) return known as Promise<T>;
  const begun = work().finally(() => running.delete(key));
  running.set(key, begun);
  return begun;
}
