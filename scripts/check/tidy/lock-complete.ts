import { posix } from 'node:path';
import type { HouseRule } from './house-rule';

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

export const lockComplete: HouseRule = {
  name: 'lock-complete',
  reason: 'npm ci (npm 11) refuses a lock file that leaves out the binaries of other platforms.',
  find: (tree) => {
    const text = tree.get('package-lock.json');
    if (text === undefined) return [];
    const { packages } = JSON.parse(text) as LockFile;
    return Object.entries(packages).flatMap(([place, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !placesOf(name, place).some((candidate) => candidate in packages))
        .map((name) => `package-lock.json: has no entry for ${name}, which ${place} may need`),
    );
  },
  bites: [
    {
      files: {
        'package-lock.json': JSON.stringify({
          packages: {
            'node_modules/tool': { optionalDependencies: { 'tool-linux': '1.0.0', 'tool-darwin': '1.0.0' } },
            'node_modules/tool-linux': {},
          },
        }),
      },
      complaintOn: 'package-lock.json',
    },
  ],
};

/** Where Node would find a package that is asked for from a place, nearest first. */
function placesOf(name: string, place: string): string[] {
  const nearest = posix.join(place, 'node_modules', name);
  const parent = place.lastIndexOf('/node_modules/');
  return parent === -1 ? [nearest, `node_modules/${name}`] : [nearest, ...placesOf(name, place.slice(0, parent))];
}
