/**
 * Starts a program as a direct child of this process, by posix_spawn: the child borrows the memory of this process until
 * it becomes the program, so that starting it costs the same however large the process is.
 * Deliberately absent: waiting for it; see `shell.ts`. Why not node:child_process: docs/decisions/0009-shell-commands.md.
 */
import { HostError } from '../host';
import { O_RDONLY, POSIX_SPAWN_SETSID, POSIX_SPAWN_SETSIGDEF, POSIX_SPAWN_SETSIGMASK } from './constants';
import { errnoName } from './errno';
import { addressOf, libc, succeed } from './libc';

/** Larger than posix_spawnattr_t and posix_spawn_file_actions_t of any libc, in 64-bit words. */
const SPAWN_STRUCT_WORDS = 64;
const SIGNAL_SET_WORDS = 16;
const EVERY_SIGNAL = 0xffff_ffff_ffff_ffffn;

export interface Program {
  readonly path: string;
  /** With its name. */
  readonly words: readonly string[];
  /** The working directory. */
  readonly folder: string;
  /** What the user calls it. */
  readonly text: string;
}

export interface Streams {
  readonly input?: number | undefined;
  readonly output: number;
}

/** A list of texts as C has it. */
export interface TextList {
  readonly pointers: BigUint64Array;
  /** What the pointers point into. */
  readonly texts: Uint8Array;
}

/** Of the whole process. */
let attributes: BigUint64Array | undefined;

/** The environment of a run's commands: that of this process, and over it these variables. */
export function shellEnvironment(variables: Readonly<Record<string, string>>): TextList {
  const all = Object.entries({ ...process.env, ...variables });
  return encodeTexts(all.map(([name, value]) => `${name}=${value ?? ''}`));
}

/**
 * Starts it in the network of the calling thread, in a session of its own.
 *
 * @param streams descriptors: what it reads (nothing when absent), and where both of its outputs go
 * @returns its process id, which is that of its group and session too
 * @throws HostError `command-failed`
 */
export function spawnProgram(program: Program, { input, output }: Streams, environment: TextList): number {
  const { path, words, folder } = program;
  attributes ??= newAttributes();
  const args = encodeTexts(words);
  const actions = new BigUint64Array(SPAWN_STRUCT_WORDS);
  const pid = new Int32Array(1);
  succeed('posix_spawn_file_actions_init', libc.spawnActionsInit(actions));
  try {
    if (input === undefined) succeed('addopen', libc.spawnActionsAddOpen(actions, 0, '/dev/null', O_RDONLY, 0));
    else succeed('adddup2', libc.spawnActionsAddDup2(actions, input, 0));
    succeed('adddup2', libc.spawnActionsAddDup2(actions, output, 1));
    succeed('adddup2', libc.spawnActionsAddDup2(actions, output, 2));
    succeed('addchdir', libc.spawnActionsAddChdir(actions, folder));
    const result = libc.posixSpawn(pid, path, actions, attributes, args.pointers, environment.pointers);
    if (result < 0) throw notStarted(program, result);
    return pid[0] ?? 0;
  } finally {
    libc.spawnActionsDestroy(actions);
  }
}

/** Node ignores some signals, which a child would inherit. */
function newAttributes(): BigUint64Array {
  const made = new BigUint64Array(SPAWN_STRUCT_WORDS);
  const flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
  succeed('posix_spawnattr_init', libc.spawnAttributesInit(made));
  succeed('posix_spawnattr_setflags', libc.spawnAttributesSetFlags(made, flags));
  const every = new BigUint64Array(SIGNAL_SET_WORDS).fill(EVERY_SIGNAL);
  succeed('posix_spawnattr_setsigdefault', libc.spawnAttributesSetSigDefault(made, every));
  succeed('posix_spawnattr_setsigmask', libc.spawnAttributesSetSigMask(made, new BigUint64Array(SIGNAL_SET_WORDS)));
  return made;
}

function encodeTexts(list: readonly string[]): TextList {
  const texts = Buffer.from(list.map((text) => `${text}\0`).join(''));
  const base = BigInt(addressOf(texts));
  const pointers = new BigUint64Array(list.length + 1);
  let at = 0;
  for (const index of list.keys()) {
    pointers[index] = base + BigInt(at);
    at = texts.indexOf(0, at) + 1;
  }
  return { pointers, texts };
}

function notStarted({ path, folder, text }: Program, result: number): HostError {
  return new HostError(
    'command-failed',
    `the command \`${text}\` could not be started in ${folder}: ${errnoName(result)}`,
    `${path} and the folder must exist`,
  );
}
