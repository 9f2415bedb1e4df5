/** What the kernel's own headers say, told by a C program. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Values of C expressions.
 * @param headers such as `linux/tcp.h`
 */
export function cValues(headers: readonly string[], expressions: readonly string[]): readonly number[] {
  const folder = mkdtempSync(join(tmpdir(), 'packetspec-c-'));
  try {
    const includes = ['stddef.h', 'stdio.h', ...headers].map((header) => `#include <${header}>\n`).join('');
    const prints = expressions.map((expression) => `printf("%lld\\n", (long long)(${expression}));\n`).join('');
    writeFileSync(join(folder, 'values.c'), `${includes}int main(void) {\n${prints}return 0; }\n`);
    execFileSync('cc', ['-o', join(folder, 'values'), join(folder, 'values.c')]);
    return execFileSync(join(folder, 'values'), { encoding: 'utf8' }).trim().split('\n').map(Number);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
