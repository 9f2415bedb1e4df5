/** The version that `--version` prints: package.json's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Both src/cli and dist lie below the package's root, at different depths. */
const CANDIDATES = [join(__dirname, '..', 'package.json'), join(__dirname, '..', '..', 'package.json')];

/** The package's version; `unknown` when its package.json cannot be read. */
export function packageVersion(): string {
  for (const path of CANDIDATES) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
    } catch {
      // The other candidate may be the one.
    }
  }
  return 'unknown';
}
