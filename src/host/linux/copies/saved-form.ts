/**
 * A saved process as two files of a folder: what it is, and the pages of its memory, one behind the other. Numbers that are no memory
 * (registers, what is to be done at signals) are kept as the kernel has them.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DescribedArea } from './areas';
import { isSameFile, type NamedFile } from './named-files';
import { bytesIn, type Piece } from './moving';
import type { ProcessLayout } from './process-layout';
import type { SavedDescriptor } from './saved-descriptors';
import type { SharedArea, ThreadState } from './stopped-thread';
import { type Registers, REGISTER_COUNT } from './x86-64';

/** Bytes are in base64. */
interface SavedThread {
  readonly registers: string;
  readonly extended: string;
  readonly signalMask: string;
}

export interface SavedProcess {
  /** What ps(1) calls it. */
  readonly name: string;
  readonly areas: readonly DescribedArea[];
  readonly files: readonly NamedFile[];
  /** Those that are in the other file, in order. */
  readonly pages: readonly Piece[];
  readonly layout: ProcessLayout;
  readonly main: SavedThread;
  /** The first thread's, if any. */
  readonly shared: SharedArea | undefined;
  readonly others: readonly (SavedThread & { readonly clearedAtEnd: string })[];
  /** `struct sigaction` of the kernel, for each signal from the first on. */
  readonly signalActions: string;
  readonly descriptors: readonly SavedDescriptor[];
  /** An address that the caller wants to know again. */
  readonly place: number;
}

const DESCRIPTION = 'process';
const PAGES = 'pages';
/** Of the files: who reads another form finds that the first line does not fit. */
const FORM = 'packetspec-process-1';
/** What the process has in its memory may be secret: the environment of a user, for one. */
export const OWNER_ONLY = 0o600;

export function pagesPath(folder: string): string {
  return join(folder, PAGES);
}

export function writeDescription(folder: string, saved: SavedProcess): void {
  const text = JSON.stringify(saved);
  writeFileSync(join(folder, DESCRIPTION), `${checkOf(text)}\n${text}`, { mode: OWNER_ONLY, flush: true });
}

/** `undefined` when it is not whole, or when a file that the process needs is another one by now. */
export function readDescription(folder: string): SavedProcess | undefined {
  try {
    const [check, text = ''] = readFileSync(join(folder, DESCRIPTION), 'utf8').split('\n', 2);
    if (check !== checkOf(text)) return undefined;
    const saved = JSON.parse(text) as SavedProcess;
    const isWhole = statSync(pagesPath(folder)).size === bytesIn(saved.pages);
    return isWhole && saved.files.every(isSameFile) ? saved : undefined;
  } catch {
    return undefined;
  }
}

function checkOf(text: string): string {
  return createHash('sha256').update(`${FORM}\n${text}`).digest('hex');
}

export function threadToSave({ registers, extended, signalMask }: ThreadState): SavedThread {
  return {
    registers: toText(new Uint8Array(registers.buffer, registers.byteOffset, registers.byteLength)),
    extended: toText(extended),
    signalMask: toText(signalMask),
  };
}

export function savedThread({ registers, extended, signalMask }: SavedThread): ThreadState {
  return { registers: registersIn(registers), extended: fromText(extended), signalMask: fromText(signalMask) };
}

function registersIn(text: string): Registers {
  const registers = new BigUint64Array(REGISTER_COUNT);
  new Uint8Array(registers.buffer).set(fromText(text));
  return registers;
}

export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** In memory of their own, which they begin. */
export function fromText(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
