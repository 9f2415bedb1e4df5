/**
 * What a guest's file system is made of: files of this host, under the paths that they have here, and a few small ones
 * of our own. What this host does not have is left out; the specs that need it say so when they run. It has two parts,
 * because a guest that boots for a run without programs does without them: unpacking them is a part of the boot.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import type { CpioEntry } from './cpio';
import { NODE_PATH, PRODUCT_FOLDER, skeleton } from './skeleton';

/** One file of the image: where it lies in the guest, and what of this host it is. */
export interface HostFile {
  readonly path: string;
  readonly source: string;
}

export interface Part {
  readonly files: readonly HostFile[];
  /** What is not a file of this host. */
  readonly own: readonly CpioEntry[];
}

export interface Contents {
  /** What every guest needs: Node, and what of the product runs there. */
  readonly runner: Part;
  /** What servers, commands and scripts are made of, beyond that. */
  readonly programs: Part;
  /** What was looked for in vain, or listed: when one of these changes, the contents are out of date. */
  readonly lookedAt: readonly string[];
}

/** The programs of the bundle that a guest runs. */
const BUNDLES = ['guest.js', 'guest-loader.js', 'guest-warm-up.js', 'blocking-worker.js'];

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
    this.#addLibraries();
    const runner = [...this.#files];
    for (const tool of TOOLS) this.#addTool(tool);
    this.#addPython();
    for (const table of TABLES) this.#addTree(table);
    this.#addLibraries();
    // What was there keeps its place in the map.
    const programs = [...this.#files].slice(runner.length);
    const links = [...this.#links].map(([path, target]) => ({ kind: 'link' as const, path, target }));
    return {
      runner: { files: sorted(runner), own: skeleton() },
      programs: { files: sorted(programs), own: links },
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

  /** The shared libraries of all programs so far, and of the modules that programs load. */
  #addLibraries(): void {
    const binaries = [...this.#files.values()].filter((source) => isElf(source));
    for (const path of librariesOf(binaries)) {
      const place = join(realpathSync(dirname(path)), basename(path));
      this.#files.set(place, realpathSync(path));
    }
  }
}

function sorted(files: readonly (readonly [string, string])[]): readonly HostFile[] {
  return files.map(([path, source]) => ({ path, source })).sort((left, right) => (left.path < right.path ? -1 : 1));
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
