/** Bundles a program of the bench, so that a plain `node` runs it. */
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';

/** Packages with native code, which the bundle, outside of the tree, would not find by their names. */
const NATIVE = ['koffi', 'raw-socket'] as const;

/** @returns the path of the bundle */
export function bundleProgram(folder: string, source: string): string {
  const outfile = join(folder, `${basename(source, '.ts')}.js`);
  const alias = Object.fromEntries(NATIVE.map((name) => [name, require.resolve(name)]));
  const options = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'warning' } as const;
  buildSync({ ...options, entryPoints: [source], outfile, alias, external: Object.values(alias) });
  return outfile;
}
