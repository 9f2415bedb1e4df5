/** Where runs take place: on the kernel of this machine, on others in guests, or in machines of Vagrant's. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { present } from '../base/assert';
import { executorCommand, nodeCommand } from '../host/linux/executor-command';
import type * as ProcessCopies from '../host/linux/copies/process-copies';
import { mayOpenRuns } from '../host/linux/rights';
import { type Executor, ExecutorProcess } from '../suite/executor';
import { type RunOrder, waitingOrder, workOrder } from '../suite/order';
import type { Copier } from '../vm/copier';
import { GuestExecutor, type GuestSettings } from '../vm/guest-executor';
import { isKernelName, openKernel } from '../vm/kernels/kernels';
import { PipedExecutor, type PipedMachine } from '../vm/piped-executor';
import { SharedTemplate } from '../vm/shared-template';
import { bringUpMachines, VagrantError } from '../vm/vagrant';
import type { BootableKernel } from '../vm/vm';
import { problemText } from './kernels-command';
import { complain } from './read-plan';

export interface PlaceOptions {
  readonly target?: string;
  readonly agent?: string;
  readonly kernel?: readonly string[];
  readonly modules?: string;
  readonly time?: 'virtual' | 'real';
  /** False where guests are to boot, and nothing is kept of them. */
  readonly snapshot: boolean;
  readonly vagrant: boolean;
  readonly machine?: readonly string[];
}

export interface Place {
  /** The kernels of the matrix, or the machines, as the user calls them; absent: this machine with its own. */
  readonly kernels?: readonly string[];
  /** Runs at the same time, where the user does not say. */
  readonly jobs: number;
  readonly start: (kernel: string | undefined) => Executor;
  readonly order: RunOrder;
}

/**
 * Most of a run's time is waiting, so there may be more executors than processors: fewer where the kernel does not let
 * them go first (SCHED_FIFO), because there they make each other late. Guests do not wait, they compute.
 */
const JOBS_PER_PROCESSOR = { root: 4, rootless: 2, guest: 1 } as const;

/** Making a template takes as long as a dozen runs from the snapshot, and saves two thirds of each. */
const RUNS_FOR_TEMPLATE = 24;
/** One that an earlier command has saved is there in the time of two. */
const RUNS_FOR_SAVED_TEMPLATE = 4;

/** Whether waiting costs nothing there. */
export function isVirtual({ kernel, time }: PlaceOptions): boolean {
  return kernel !== undefined && time !== 'real';
}

/**
 * The place that the options ask for; `undefined` when it cannot be had, which has been told then.
 * @param runs how many there are to be, on each kernel
 */
export function openPlace(options: PlaceOptions, runs: number): Place | undefined {
  const problem = whyNot(options);
  if (problem !== undefined) {
    complain([problem]);
    return undefined;
  }
  if (options.target !== undefined) return hostElsewhere(options.agent);
  if (options.vagrant) return vagrantMachines(options.machine ?? []);
  return options.kernel === undefined ? thisMachine() : guests(options.kernel, options, runs);
}

function whyNot(options: PlaceOptions): string | undefined {
  const { kernel, modules, time, snapshot, target, agent } = options;
  if (target !== undefined && kernel !== undefined) return '--target has the kernel that it has: leave --kernel out';
  if (target === undefined && agent !== undefined) return '--agent goes with --target';
  if (modules !== undefined && (kernel ?? []).every(isKernelName))
    return `--modules ${modules} goes with --kernel PATH`;
  if (kernel === undefined && time === 'virtual')
    return '--time virtual goes with --kernel: the time of this machine is real';
  if (kernel === undefined && !snapshot) return '--no-snapshot goes with --kernel: only VMs start from one';
  return whyNotMachines(options);
}

function whyNotMachines({ kernel, target, vagrant, machine }: PlaceOptions): string | undefined {
  if (!vagrant) return machine === undefined ? undefined : '--machine goes with --vagrant';
  if (kernel !== undefined)
    return '--vagrant and --kernel exclude each other: the kernel of a machine is set in its table';
  return target === undefined ? undefined : '--vagrant and --target exclude each other';
}

function thisMachine(): Place {
  const command = executorCommand(join(__dirname, 'executor.js'));
  return {
    jobs: JOBS_PER_PROCESSOR[mayOpenRuns() ? 'root' : 'rootless'] * availableParallelism(),
    start: () => new ExecutorProcess(command),
    order: waitingOrder,
  };
}

/** One run after the other, since all of them are with the same host; and as this user, whose network is the real one. */
function hostElsewhere(agent: string | undefined): Place {
  const command = [...nodeCommand(join(__dirname, 'executor.js')), '--target', ...(agent === undefined ? [] : [agent])];
  return { jobs: 1, start: () => new ExecutorProcess(command), order: waitingOrder };
}

/** All of their processors, as on this machine. */
function vagrantMachines(names: readonly string[]): Place | undefined {
  // Vagrant looks here too, and the user may have a Vagrantfile of their own.
  const folder = process.env['VAGRANT_CWD'] ?? join(__dirname, '..');
  try {
    const machines = bringUpMachines({ folder, names, say: (text) => complain([text]) });
    const byName = new Map<string | undefined, PipedMachine>(machines.map((machine) => [machine.name, machine]));
    return {
      kernels: machines.map(({ name }) => name),
      jobs: JOBS_PER_PROCESSOR.root * machines.reduce((sum, { processors }) => sum + processors, 0),
      start: (name) => new PipedExecutor(present(byName.get(name), `the machine ${String(name)}`)),
      order: waitingOrder,
    };
  } catch (error) {
    if (!(error instanceof VagrantError)) throw error;
    complain([error.hint === undefined ? error.message : `${error.message}; ${error.hint}`]);
    return undefined;
  }
}

function guests(
  names: readonly string[],
  { modules, time = 'virtual', snapshot }: PlaceOptions,
  runs: number,
): Place | undefined {
  const opened = names.map((name) => openKernel(name, modules, { say: (text) => complain([text]) }));
  const problems = opened.flatMap((one) => (one.kind === 'problems' ? one.problems : []));
  complain(problems.map(problemText));
  if (problems.length > 0) return undefined;
  const common = { root: join(__dirname, '..'), time, snapshot: snapshot && time === 'virtual' };
  const settingsOf = (kernel: BootableKernel): GuestSettings => ({
    ...common,
    kernel,
    ...(common.snapshot && runs >= RUNS_FOR_SAVED_TEMPLATE
      ? { template: new SharedTemplate(loadCopier, runs >= RUNS_FOR_TEMPLATE) }
      : {}),
  });
  const settings = new Map<string | undefined, GuestSettings>(
    opened.flatMap((one) => (one.kind === 'kernel' ? [[one.kernel.name, settingsOf(one.kernel)]] : [])),
  );
  return {
    kernels: names,
    jobs: JOBS_PER_PROCESSOR.guest * availableParallelism(),
    start: (name) => new GuestExecutor(present(settings.get(name), `the kernel ${name ?? 'of this machine'}`)),
    order: time === 'virtual' ? workOrder : waitingOrder,
  };
}

function loadCopier(): Copier | undefined {
  // Only now: it loads what calls the kernel, which takes 6 ms.
  const { canCopy, canRestore, Original } = require('../host/linux/copies/process-copies') as typeof ProcessCopies;
  if (!canCopy()) return undefined;
  return {
    open: (pid) => new Original(pid),
    ...(canRestore() ? { restore: (folder, files) => Original.restore(folder, files) } : {}),
  };
}
