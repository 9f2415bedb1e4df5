/** SO_MEMINFO: the memory of a socket as 32-bit words (SK_MEMINFO_* of include/uapi/linux/sock_diag.h). */
import { unsignedAt } from './words';

export const MEMORY_INFO_FIELDS: readonly string[] = [
  ...['RMEM_ALLOC', 'RCVBUF', 'WMEM_ALLOC', 'SNDBUF', 'FWD_ALLOC', 'WMEM_QUEUED', 'OPTMEM', 'BACKLOG', 'DROPS'],
].map((name) => `SK_MEMINFO_${name}`);

/** The fields by name, as many as this kernel gives. */
export function memoryInfoFields(info: Uint8Array): ReadonlyMap<string, bigint> {
  const found = new Map<string, bigint>();
  MEMORY_INFO_FIELDS.forEach((name, index) => {
    const value = unsignedAt(info, 4 * index, 4);
    if (value !== undefined) found.set(name, value);
  });
  return found;
}
