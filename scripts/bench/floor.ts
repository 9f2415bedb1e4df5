/** Compiles `floor.c` and runs it. */
import { join } from 'node:path';
import { output, privately } from './process';
import type { Floor } from './section';

/** @returns undefined where there is no C compiler */
export async function compileFloor(folder: string): Promise<Floor | undefined> {
  const program = join(folder, 'floor');
  try {
    await output(['cc', '-O2', '-o', program, join(__dirname, 'floor.c')]);
  } catch {
    return undefined;
  }
  return {
    measure: async (what, argument) => {
      const text = await output(privately([program, what, argument]));
      const pairs = text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ').map(Number));
      return { first: pairs.map(([first = 0]) => first), second: pairs.map(([, second = 0]) => second) };
    },
  };
}
