/** The specs that the product ships. */
import { globSync } from 'tinyglobby';
import { ROOT } from './live';

/** Every file under `specs/`, with its path from the top of the tree, sorted. */
export function shippedSpecs(): readonly string[] {
  return globSync(['specs/**/*.yaml', 'specs/**/*.yml'], { cwd: ROOT, expandDirectories: false }).sort();
}
