/** The command lines of QEMU. Why each option is there: docs/decisions/0014-virtual-time.md and 0022-board-and-watchdog.md. */
import type { ClockKind } from '../trace/trace';
import {
  type BootPurpose,
  EXIT_PORT,
  INIT_PATHS,
  JOB_ITEM_NAME,
  START_PARAMETER,
  STOP_PORT,
  TIME_PARAMETER,
} from './guest-abi';
import type { BootableKernel } from './vm';

export const QEMU = 'qemu-system-x86_64';
export const QEMU_PACKAGE = 'qemu-system-x86';

export interface Boot {
  readonly kernel: Pick<BootableKernel, 'imagePath' | 'takesUnsigned'>;
  readonly initrd: string;
  /** Whether somebody will read what its tracepoints say. */
  readonly isTraced: boolean;
}

export type MachineStart =
  /** Boots, and does its job. */
  | { readonly kind: 'boot'; readonly boot: Boot; readonly job: string }
  /** Boots until the runner is warm, with the memory in a file. */
  | { readonly kind: 'snapshot'; readonly boot: Boot; readonly memory: string }
  /** Goes on from what was saved, with the memory in the file or in a copy of its own. */
  | {
      readonly kind: 'restore';
      readonly memory: string;
      readonly share: 'on' | 'off';
      /** Whether it waits for the monitor before its first instruction. */
      readonly waits: boolean;
      /** Whether it stops, and does not end, when its job is done. */
      readonly stops: boolean;
      readonly stateFd: number;
      readonly job: string;
    };

/** How QEMU runs the guest's instructions. */
export type Accelerator = 'tcg' | 'kvm';

export interface Machine {
  readonly time: ClockKind;
  readonly accelerator: Accelerator;
  readonly start: MachineStart;
  /** Where the console and the messages of the guest go. */
  readonly console: string;
  readonly results: string;
  /** Descriptor of the socket for QMP. */
  readonly qmpFd: number;
}

/**
 * It has an HPET, from which a guest under virtual time takes its interrupts: the timer of the local APIC would be
 * calibrated first, by reading the clock for a tenth of a second, and that is a third of a boot. Pages that two machines have in
 * common by chance stay two: what a copy has written to is told by whether a page is its own.
 */
const BOARD = 'pc,hpet=on,mem-merge=off';
/** Small, and enough for kernels that are handed over by `-kernel`. */
const FIRMWARE = 'qboot.rom';
const MEMORY = '512M';
/**
 * `cx16` is left out for QEMU before 10, whose cmpxchg16b under icount corrupts flags. `pku`, `smap` and `la57` cost time
 * only: with `pku`, QEMU forgets all addresses whenever the kernel changes between threads.
 */
const VIRTUAL_CPU = 'max,-cx16,-erms,-fsrm,-rdseed,-pku,-smap,-la57';
/**
 * QEMU begins its random numbers anew in a process that goes on from a snapshot, and not in a copy of one that did. A guest that is not
 * saved has them: a kernel without makes a tenth of all that it does until its first program of getting numbers that are not random yet.
 */
const SAVED_CPU = `${VIRTUAL_CPU},-rdrand`;
/**
 * What is translated of a guest until it is warm is less than half of that; QEMU would take a gigabyte, whose pages are looked through whenever a copy is
 * taken back (`host/linux/copies/pages`). When it is full, QEMU forgets everything and goes on.
 */
const TRANSLATION_MB = 512;
const BASE_TIME = '2026-01-01T00:00:00';
const SEED = '42';

const KERNEL_PARAMETERS = [
  ...['console=ttyS0', 'quiet', 'panic=-1', 'reboot=t', 'rootfstype=ramfs', 'norandmaps', 'mitigations=off'],
  ...['cryptomgr.notests', 'init_on_alloc=0', 'fb_tunnels=none'],
  // DAMON asks which pages were accessed, which the page tables of a guest say as far as QEMU has looked at them: it keeps
  // their contents for as long as time of the host lets it.
  'damon_stat.enabled=0',
  // Each of these wakes an idle guest every few seconds, which hours of waiting are made of.
  ...['psi=0', 'nowatchdog', 'cgroup_disable=memory'],
];
/** The clock needs no calibration, because it is what QEMU says. */
const VIRTUAL_PARAMETERS = ['tsc_early_khz=1000000', 'tsc=reliable', 'no_timer_check', 'nolapic_timer'];

/** What is said to the monitor while the guest runs may move its clock. */
const WAITING = '-S';

/** The state comes in the form of `xen-save-devices-state`, which has no sections for these. */
const SAVED_FORM = ['-global', 'migration.send-configuration=off'];
const SAVED_BOARD = ',suppress-vmdesc=on';

/** Arguments of QEMU for a machine. */
export function qemuArguments(machine: Machine): readonly string[] {
  return [
    ...['-M', boardOf(machine), '-bios', FIRMWARE],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-monitor', 'none', '-no-reboot', '-m', MEMORY],
    ...timeArguments(machine),
    ...startArguments(machine),
    ...['-chardev', `file,id=console,path=${machine.console}`, '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=qmp,fd=${machine.qmpFd}`, '-mon', 'chardev=qmp,mode=control'],
    ...['-chardev', `file,id=results,path=${machine.results}`, ...RESULTS_DEVICE],
    ...['-device', 'ib700', '-action', `watchdog=pause,panic=${stopsAtItsEnd(machine) ? 'pause' : 'none'}`],
    ...['-device', `pvpanic,ioport=${STOP_PORT}`],
    ...['-device', `isa-debug-exit,iobase=${EXIT_PORT},iosize=1`],
  ];
}

/** Without `ioeventfd`, what the guest sends is written while it waits, and not some time later. */
const RESULTS_DEVICE = [
  ...['-device', 'virtio-serial-pci,ioeventfd=off'],
  ...['-device', 'virtserialport,chardev=results,name=results'],
];

/** What of a command line makes a snapshot another one. */
export function snapshotForm(): string {
  const boot = { kernel: { imagePath: '', takesUnsigned: true }, initrd: '', isTraced: true };
  const start = { kind: 'snapshot', boot, memory: '' } as const;
  return qemuArguments({ time: 'virtual', accelerator: 'tcg', start, console: '', results: '', qmpFd: 0 }).join(' ');
}

function stopsAtItsEnd({ start }: Machine): boolean {
  return start.kind === 'restore' && start.stops;
}

function boardOf({ time, start }: Machine): string {
  const board = time === 'virtual' ? `${BOARD},pit=off` : BOARD;
  if (start.kind === 'boot') return board;
  return `${board},memory-backend=ram${start.kind === 'restore' ? SAVED_BOARD : ''}`;
}

/**
 * What a kernel is kept from doing before its first program, a third of all that it would do: entropy from the jitter of a clock that
 * has none, the names of all functions that ftrace could trace, and what the boot says. Decision 0023.
 */
function skippedInitcalls({ kernel, isTraced }: Boot): readonly string[] {
  return [
    ...['jent_mod_init', 'ftrace_check_for_weak_functions'],
    ...(kernel.takesUnsigned ? ['load_system_certificate_list'] : []),
    // The numbers of the constants that are in the formats of tracepoints.
    ...(isTraced ? [] : ['trace_eval_init']),
  ];
}

function timeArguments({ time, accelerator, start }: Machine): readonly string[] {
  if (time === 'real') {
    return ['-accel', accelerator, '-cpu', accelerator === 'kvm' ? 'host' : VIRTUAL_CPU, '-rtc', 'base=utc'];
  }
  const clock = [
    '-accel',
    `tcg,tb-size=${TRANSLATION_MB}`,
    '-icount',
    'shift=0,sleep=off,rr=record,rrfile=/dev/null',
    '-rtc',
    `base=${BASE_TIME},clock=vm`,
  ];
  return [...clock, '-cpu', start.kind === 'boot' ? VIRTUAL_CPU : SAVED_CPU, '-seed', SEED];
}

function startArguments({ time, start }: Machine): readonly string[] {
  switch (start.kind) {
    case 'boot':
      return [...bootArguments(start.boot, time, 'boot'), ...jobArguments(start.job)];
    case 'snapshot':
      return [...bootArguments(start.boot, time, 'snapshot'), ...memoryArguments(start.memory, 'on'), WAITING];
    case 'restore':
      return [
        ...memoryArguments(start.memory, start.share),
        ...jobArguments(start.job),
        ...SAVED_FORM,
        '-incoming',
        `fd:${start.stateFd}`,
        ...(start.waits ? [WAITING] : []),
      ];
  }
}

function bootArguments(boot: Boot, time: ClockKind, purpose: BootPurpose): readonly string[] {
  const own = [`rdinit=${INIT_PATHS[purpose]}`, `${TIME_PARAMETER}${time}`, `${START_PARAMETER}${purpose}`];
  const skipped = `initcall_blacklist=${skippedInitcalls(boot).join(',')}`;
  const words = [...KERNEL_PARAMETERS, skipped, ...(time === 'virtual' ? VIRTUAL_PARAMETERS : []), ...own];
  return ['-kernel', boot.kernel.imagePath, '-initrd', boot.initrd, '-append', words.join(' ')];
}

/** `share=off` maps the file privately: many machines may start from it, and none changes it. */
function memoryArguments(path: string, share: 'on' | 'off'): readonly string[] {
  return ['-object', `memory-backend-file,id=ram,size=${MEMORY},mem-path=${path},share=${share}`];
}

function jobArguments(path: string): readonly string[] {
  return ['-fw_cfg', `name=${JOB_ITEM_NAME},file=${path}`];
}
