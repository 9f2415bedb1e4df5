/** What is in every guest and no file of this host: the folders and devices of any Unix, and the first program. */
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import type { CpioEntry } from './cpio';
import { type BootPurpose, INIT_PATHS } from './guest-abi';
import { initProgram } from './init-program';

/** Where the product lies in a guest. */
export const PRODUCT_FOLDER = '/packetspec';
export const NODE_PATH = '/usr/bin/node';

const TOP_FOLDERS = ['/bin', '/sbin', '/lib', '/lib64', '/lib32'];

const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;
const PROGRAM_MODE = 0o755;
const OPEN_FOLDER_MODE = 0o1777;

/**
 * Node has what it needs of its own library compiled, and takes that only when it is started without options of V8: a
 * guest that boots for one run is ready half a second earlier. In a snapshot that time does not count, and what runs do there does:
 * docs/decisions/0014-virtual-time.md
 * and 0023-boot-for-one-run.md.
 */
const NODE_ARGUMENTS: Readonly<Record<BootPurpose, readonly string[]>> = {
  boot: [`${PRODUCT_FOLDER}/dist/guest-loader.js`],
  snapshot: [
    ...['--no-opt', '--always-sparkplug', '--no-lazy', '--no-flush-bytecode'],
    ...[
      '--max-semi-space-size=64',
      '--min-semi-space-size=64',
      '--no-memory-reducer',
      '--expose-gc',
      '--regexp-interpret-all',
    ],
    `${PRODUCT_FOLDER}/dist/guest.js`,
  ],
};

/** What every Unix has, and this one needs before it can mount anything. */
export function skeleton(): readonly CpioEntry[] {
  const folders = ['/dev', '/proc', '/sys', '/run', '/etc', '/root', '/var', '/usr', '/usr/bin', PRODUCT_FOLDER];
  return [
    ...folders.map((path) => ({ kind: 'folder' as const, path, mode: FOLDER_MODE })),
    ...['/tmp', '/var/tmp'].map((path) => ({ kind: 'folder' as const, path, mode: OPEN_FOLDER_MODE })),
    { kind: 'character-device', path: '/dev/console', mode: 0o600, major: 5, minor: 1 },
    { kind: 'character-device', path: '/dev/null', mode: 0o666, major: 1, minor: 3 },
    { kind: 'character-device', path: '/dev/random', mode: 0o666, major: 1, minor: 8 },
    ...topLinks(),
    firstProgram('boot'),
    firstProgram('snapshot'),
    ownFile('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
    ownFile('/etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
    ownFile('/etc/hosts', '127.0.0.1 localhost\n::1 localhost\n'),
    ownFile('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files\n'),
  ];
}

/** What the kernel starts first. */
function firstProgram(purpose: BootPurpose): CpioEntry {
  const content = initProgram({
    path: NODE_PATH,
    args: [NODE_PATH, ...NODE_ARGUMENTS[purpose]],
    environment: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'],
  });
  return { kind: 'file', path: INIT_PATHS[purpose], mode: PROGRAM_MODE, modifiedAt: 0, content };
}

function ownFile(path: string, text: string): CpioEntry {
  return { kind: 'file', path, mode: FILE_MODE, modifiedAt: 0, content: Buffer.from(text) };
}

/** `/bin` and its like are links into `/usr` on most systems, and folders on some. */
function topLinks(): readonly CpioEntry[] {
  return TOP_FOLDERS.filter((path) => existsSync(path)).map((path) =>
    lstatSync(path).isSymbolicLink()
      ? { kind: 'link', path, target: readlinkSync(path) }
      : { kind: 'folder', path, mode: FOLDER_MODE },
  );
}
