/**
 * What a guest's file system is made of: files of this host, under the paths that they have here, and a few small ones
 * of our own. What this host does not have is left out; the specs that need it say so when they run.
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import type { CpioEntry } from './cpio';
import { initProgram } from './init-program';

/** One file of the image: where it lies in the guest, and what of this host it is. */
export interface HostFile {
  readonly path: string;
  readonly source: string;
}

export interface Contents {
  readonly files: readonly HostFile[];
  /** What is not a file of this host. */
  readonly own: readonly CpioEntry[];
  /** What was looked for in vain, or listed: when one of these changes, the contents are out of date. */
  readonly lookedAt: readonly string[];
}

/** Where the product lies in a guest. */
const PRODUCT_FOLDER = '/packetspec';
const NODE_PATH = '/usr/bin/node';

/** The programs of the bundle that a guest runs. */
const BUNDLES = ['guest.js', 'guest-warm-up.js', 'blocking-worker.js'];

/** What the commands of specs and scripts call. */
const TOOLS = [
  ...['sh', 'bash', 'env', 'true', 'false', 'echo', 'printf', 'test', 'sleep', 'timeout', 'cat', 'head', 'tail', 'tee'],
  ...['ls', 'cp', 'mv', 'rm', 'mkdir', 'rmdir', 'touch', 'ln', 'chmod', 'mktemp', 'dirname', 'basename', 'readlink'],
  ...[
    'grep',
    'sed',
    'awk',
    'mawk',
    'gawk',
    'cut',
    'tr',
    'sort',
    'uniq',
    'wc',
    'seq',
    'expr',
    'xxd',
    'od',
    'date',
    'uname',
    'id',
  ],
  ...[
    'ip',
    'ss',
    'tc',
    'nstat',
    'sysctl',
    'ethtool',
    'kill',
    'pkill',
    'pgrep',
    'ps',
    'nproc',
    'nc',
    'dd',
    'xargs',
    'find',
  ],
  ...['nginx', 'ab', 'unshare', 'mount'],
];
const PYTHON = 'python3';
const NODE_MODULES = ['koffi', '@koromix/koffi-linux-x64', 'raw-socket'];
/** Parts of packages that nothing loads. */
const IDLE_PARTS =
  /\/(?:doc|vendor|native|example|obj\.target|raw-socket\/src|musl_x64)$|\.(?:md|d\.ts|txt|map|cc|hh|inc|asm|S)$/;
/** Parts of Python's library that no server of a spec needs; `_tkinter` would bring the libraries of X11. */
const IDLE_PYTHON =
  /\/(?:test|tests|idlelib|ensurepip|lib2to3|pydoc_data|tkinter|turtledemo|venv|distutils|dist-packages|site-packages|config-[^/]*)(?:\/|$)|\/lib-dynload\/_tkinter\.|\.opt-\d\.pyc$/;
const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
/** Tables that tools of the list read when they are there. */
const TABLES = [
  '/etc/iproute2',
  '/usr/share/iproute2',
  '/usr/lib/iproute2',
  '/usr/lib/tc',
  '/etc/protocols',
  '/etc/services',
  '/etc/ethertypes',
];
const TOP_FOLDERS = ['/bin', '/sbin', '/lib', '/lib64', '/lib32'];

const FOLDER_MODE = 0o755;
const FILE_MODE = 0o644;
const PROGRAM_MODE = 0o755;
const OPEN_FOLDER_MODE = 0o1777;

/** Why these options: docs/decisions/0014-virtual-time.md. */
const NODE_OPTIONS = [
  ...['--no-opt', '--sparkplug', '--no-lazy', '--no-flush-bytecode'],
  ...['--max-semi-space-size=64', '--min-semi-space-size=64', '--expose-gc', '--regexp-interpret-all'],
];

/** What the kernel starts first. */
const INIT = {
  path: NODE_PATH,
  args: [NODE_PATH, ...NODE_OPTIONS, `${PRODUCT_FOLDER}/dist/guest.js`],
  environment: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'],
};

/** @param root the folder that holds `dist/` and `node_modules/` */
export function gatherContents(root: string): Contents {
  return new Gatherer(root).gather();
}

class Gatherer {
  readonly #root: string;
  readonly #files = new Map<string, string>();
  readonly #links = new Map<string, string>();
  readonly #lookedAt = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  gather(): Contents {
    this.#addProduct();
    for (const tool of TOOLS) this.#addTool(tool);
    this.#addPython();
    for (const table of TABLES) this.#addTree(table);
    this.#addLibraries();
    const files = [...this.#files].map(([path, source]) => ({ path, source }));
    return {
      files: files.sort((left, right) => (left.path < right.path ? -1 : 1)),
      own: [...skeleton(), ...[...this.#links].map(([path, target]) => ({ kind: 'link' as const, path, target }))],
      lookedAt: [...this.#lookedAt],
    };
  }

  #addProduct(): void {
    this.#files.set(NODE_PATH, realpathSync(process.execPath));
    for (const bundle of BUNDLES) this.#files.set(`${PRODUCT_FOLDER}/dist/${bundle}`, join(this.#root, 'dist', bundle));
    for (const name of NODE_MODULES) {
      this.#addTree(join(this.#root, 'node_modules', name), `${PRODUCT_FOLDER}/node_modules/${name}`, IDLE_PARTS);
    }
  }

  #addTool(name: string): string | undefined {
    const found = this.#findProgram(name);
    if (found === undefined) return undefined;
    const real = realpathSync(found);
    this.#files.set(real, real);
    const usual = join('/usr/bin', name);
    if (real !== usual) this.#links.set(usual, real);
    return real;
  }

  /** Python and its library, which it finds by its own path. */
  #addPython(): void {
    const python = this.#addTool(PYTHON);
    if (python === undefined) return;
    const ask = 'import sysconfig; print(sysconfig.get_path("stdlib"))';
    const library = execFileSync(python, ['-I', '-c', ask], { encoding: 'utf8' }).trim();
    this.#addTree(library, library, IDLE_PYTHON);
  }

  /** A program that is no script: what a script calls is not known. */
  #findProgram(name: string): string | undefined {
    const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_FOLDERS];
    for (const folder of new Set(folders.filter((one) => one.startsWith('/')))) {
      const path = join(folder, name);
      if (isElf(path)) return path;
      this.#lookedAt.add(path);
    }
    return undefined;
  }

  #addTree(source: string, target = source, idle?: RegExp): void {
    const stat = statSync(source, { throwIfNoEntry: false });
    if (stat === undefined || idle?.test(source) === true) {
      if (stat === undefined) this.#lookedAt.add(source);
    } else if (stat.isFile()) {
      this.#files.set(target, source);
    } else if (stat.isDirectory()) {
      this.#lookedAt.add(source);
      for (const name of readdirSync(source)) this.#addTree(join(source, name), join(target, name), idle);
    }
  }

  /** The shared libraries of all programs, and of the modules that programs load. */
  #addLibraries(): void {
    const binaries = [...this.#files.values()].filter((source) => isElf(source));
    for (const path of librariesOf(binaries)) {
      const place = join(realpathSync(dirname(path)), basename(path));
      this.#files.set(place, realpathSync(path));
    }
  }
}

/** What the dynamic loader would load, by its own word. */
function librariesOf(binaries: readonly string[]): ReadonlySet<string> {
  const text = execFileSync('ldd', [...binaries], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const found = text.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm);
  return new Set([...found].map(([, path = '']) => path));
}

const ELF_MAGIC = Buffer.from('\x7fELF', 'latin1');

function isElf(path: string): boolean {
  try {
    const fd = openSync(path, 'r');
    try {
      const magic = Buffer.alloc(ELF_MAGIC.length);
      readSync(fd, magic, 0, magic.length, 0);
      return magic.equals(ELF_MAGIC);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** What every Unix has, and this one needs before it can mount anything. */
function skeleton(): readonly CpioEntry[] {
  const folders = ['/dev', '/proc', '/sys', '/run', '/etc', '/root', '/var', '/usr', '/usr/bin', PRODUCT_FOLDER];
  return [
    ...folders.map((path) => ({ kind: 'folder' as const, path, mode: FOLDER_MODE })),
    ...['/tmp', '/var/tmp'].map((path) => ({ kind: 'folder' as const, path, mode: OPEN_FOLDER_MODE })),
    { kind: 'character-device', path: '/dev/console', mode: 0o600, major: 5, minor: 1 },
    { kind: 'character-device', path: '/dev/null', mode: 0o666, major: 1, minor: 3 },
    { kind: 'character-device', path: '/dev/random', mode: 0o666, major: 1, minor: 8 },
    ...topLinks(),
    { kind: 'file', path: '/init', mode: PROGRAM_MODE, modifiedAt: 0, content: initProgram(INIT) },
    ownFile('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
    ownFile('/etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
    ownFile('/etc/hosts', '127.0.0.1 localhost\n::1 localhost\n'),
    ownFile('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files\n'),
  ];
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
