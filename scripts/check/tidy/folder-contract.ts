import { MAY_IMPORT } from '../arrows';
import { pathsLike, type Tree } from '../tree';
import { findStaleExceptions, type HouseRule } from './house-rule';

/** A contract shorter than this says no more than the name of the folder. */
const CONTRACT_CHARACTERS_MIN = 100;

/** Folders whose first file has another name than the folder. */
const FIRST_FILES: Readonly<Record<string, string>> = {
  'src/exec': 'execute',
  'src/host/linux': 'linux-host',
  'src/cli': 'main',
};

export const folderContract: HouseRule = {
  name: 'folder-contract',
  reason:
    'Each folder has a first file, as a rule of its own name, that opens with what the folder does and what it leaves out.',
  find: (tree, exceptions) => {
    const without = Object.keys(MAY_IMPORT)
      .map((folder) => `src/${folder}`)
      .filter((folder) => pathsLike(tree, new RegExp(`^${folder}/`)).length > 0)
      .filter((folder) => contractOf(tree, folder).length < CONTRACT_CHARACTERS_MIN);
    return [
      ...without
        .filter((folder) => !exceptions.has(folder))
        .map((folder) => `${firstFileOf(folder)}: does not open with the contract of ${folder}`),
      ...findStaleExceptions(exceptions, without),
    ];
  },
  bites: [
    { files: { 'src/wire/tcp.ts': '' }, complaintOn: 'src/wire/wire.ts' },
    { files: { 'src/wire/wire.ts': '/** The wire. */\n' }, complaintOn: 'src/wire/wire.ts' },
    {
      files: { 'src/host/linux/linux-host.ts': 'export {};\n', 'src/host/host.ts': `/**${'.'.repeat(100)}*/` },
      complaintOn: 'src/host/linux/linux-host.ts',
    },
  ],
};

function firstFileOf(folder: string): string {
  return `${folder}/${FIRST_FILES[folder] ?? folder.slice(folder.lastIndexOf('/') + 1)}.ts`;
}

function contractOf(tree: Tree, folder: string): string {
  return /^\/\*\*[\s\S]*?\*\//.exec(tree.get(firstFileOf(folder)) ?? '')?.[0] ?? '';
}
