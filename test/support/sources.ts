/** So many files that were read, for events of suites. */
import type { SourceFile } from '../../src/spec/source';

export function sourceFiles(count: number): readonly SourceFile[] {
  return Array.from({ length: count }, (_, index) => ({ path: `specs/${index}.yaml`, text: `name: ${index}\n` }));
}
