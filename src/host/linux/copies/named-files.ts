/** Files that a saved process has mapped, or opened by their names: there must be the same ones when it is restored. */
import { statSync } from 'node:fs';
import { HostError } from '../../host';

export interface NamedFile {
  /** As proc(5) shows it, each character for a byte. */
  readonly path: string;
  readonly inode: number;
  readonly bytes: number;
  readonly changedMs: number;
}

/** @throws HostError `system-call`, when there is no such file any more */
export function describeFile(path: string): NamedFile {
  const found = fileAt(path);
  if (found === undefined) throw new HostError('system-call', `a process that has ${path} open cannot be saved`);
  return found;
}

export function isSameFile({ path, inode, bytes, changedMs }: NamedFile): boolean {
  const now = fileAt(path);
  return now?.inode === inode && now.bytes === bytes && now.changedMs === changedMs;
}

function fileAt(path: string): NamedFile | undefined {
  const found = statSync(bytesOfPath(path), { throwIfNoEntry: false });
  return found?.isFile() === true ? { path, inode: found.ino, bytes: found.size, changedMs: found.mtimeMs } : undefined;
}

export function bytesOfPath(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}
