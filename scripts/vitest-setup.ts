import { join } from 'node:path';
import { buildBundle, isFresh } from './bundle';

/**
 * Runs once before all tests: the tests that start the real command must start the sources as they are now.
 * A source that does not parse must not stop the tests of the others, so it is said and not thrown; `npm test`
 * has built the bundle before and would have stopped there.
 */
export default function setup(): void {
  const root = join(__dirname, '..');
  if (isFresh(root)) return;
  try {
    buildBundle(root);
  } catch (error) {
    process.stderr.write(`packetspec: dist/ is old, src/ could not be bundled: ${String(error)}\n`);
  }
}
