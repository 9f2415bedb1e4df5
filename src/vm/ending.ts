/** What it means that a guest ended, or did not. */
import { EXIT_STATUS } from './guest-abi';
import { NO_SPACE_HINT, VmError, type VmTroubleCode } from './trouble';

/** How a QEMU ended. */
export type GuestEnd =
  | { readonly kind: 'exited'; readonly status: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly kind: 'not-started'; readonly error: Error }
  /** It has stopped itself, as it was told to when its job is done. */
  | { readonly kind: 'stopped' }
  /** It had not ended after a while of the host's time, and was killed. */
  | { readonly kind: 'gave-up'; readonly busyMs: number; readonly afterMs: number };

export interface LastWords {
  /** The whole console. */
  readonly console: string;
  /** What QEMU itself said. */
  readonly complaints: string;
}

/** The runner prints this before the reason for which it cannot run anything. */
export const UNFIT_MARK = 'packetspec-unfit: ';
const PANIC = 'Kernel panic - not syncing: ';
const CONSOLE_KEPT_LINES = 12;
/** What the kernel says when the runner's own timer has ended it: the status is the number of SIGXCPU. */
const OVERDUE = 'exitcode=0x00001800';
/** What QEMU says of a saved state that it cannot read. */
const USELESS_STATE = /load of migration failed|Not a migration stream|error while loading state/;
const MS_PER_S = 1000;

/** An end that was not asked for. */
export function explainEnd(end: GuestEnd, words: LastWords): VmError {
  if (end.kind === 'not-started') return error('vm-died', `QEMU could not be started: ${end.error.message}`);
  const unfit = lineAfter(words.console, UNFIT_MARK);
  if (unfit !== undefined) return unfitError(unfit);
  const panic = lineAfter(words.console, PANIC);
  if (panic?.endsWith(OVERDUE) === true) return error('vm-hung', 'the run did not end, in virtual time');
  if (panic !== undefined)
    return error('vm-panicked', `the guest's kernel panicked: ${panic}${tailOf(beforePanic(words.console))}`);
  if (end.kind === 'gave-up') {
    return error(
      'vm-hung',
      `the guest was given up after ${seconds(end.afterMs)} s, ${seconds(end.busyMs)} of them busy${tailOf(words.console)}`,
    );
  }
  // The memory of a guest and its results are files of this host.
  if (end.kind === 'stopped' || end.signal === 'SIGBUS' || end.status === EXIT_STATUS) {
    return new VmError('vm-no-space', 'the files of a guest could not be written whole', NO_SPACE_HINT);
  }
  if (USELESS_STATE.test(words.complaints)) {
    return error('vm-snapshot', `a guest does not start from its snapshot; QEMU said: ${words.complaints}`);
  }
  const how = end.signal === null ? `exit status ${String(end.status)}` : `signal ${end.signal}`;
  const said = words.complaints === '' ? '' : `; QEMU said: ${words.complaints}`;
  return error('vm-died', `the guest ended (${how})${said}${tailOf(words.console)}`);
}

/** @param reason what the runner found missing */
export function unfitError(reason: string): VmError {
  return error('vm-kernel-unfit', `this kernel cannot run the harness: ${reason}`);
}

function seconds(ms: number): string {
  return (ms / MS_PER_S).toFixed();
}

function error(code: VmTroubleCode, message: string): VmError {
  return new VmError(code, message);
}

function lineAfter(text: string, mark: string): string | undefined {
  const at = text.indexOf(mark);
  return at < 0 ? undefined : text.slice(at + mark.length).split('\n', 1)[0];
}

/** What led to the panic stands before it; behind it come registers. */
function beforePanic(console: string): string {
  return console.slice(0, console.indexOf('\n', console.indexOf(PANIC)));
}

function tailOf(console: string): string {
  const text = console.trim();
  if (text === '') return '; its console is empty';
  return `; the last lines of its console:\n${text.split('\n').slice(-CONSOLE_KEPT_LINES).join('\n')}`;
}
