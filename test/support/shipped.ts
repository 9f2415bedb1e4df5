/** The specs that the product ships. */
import { globSync } from 'tinyglobby';
import { ROOT } from './live';

/** Every YAML spec under `specs/`, with its path from the top of the tree, sorted. */
export function shippedSpecs(): readonly string[] {
  return globSync(['specs/**/*.yaml', 'specs/**/*.yml'], { cwd: ROOT, expandDirectories: false }).sort();
}

/** Every packetdrill script there. Without `--ip` they run over IPv4 only. */
export function shippedScripts(): readonly string[] {
  return globSync(['specs/**/*.pkt'], { cwd: ROOT, expandDirectories: false }).sort();
}
