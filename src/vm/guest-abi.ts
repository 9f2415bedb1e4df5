/** What the two sides of a guest agree on: paths, I/O ports, and words of the kernel's command line. */
import { NS_PER_S } from '../base/nanoseconds';

/** Words of the kernel's command line: whether the guest stops itself before its job, and how its clock goes. */
export const START_PARAMETER = 'packetspec.start=';
export const TIME_PARAMETER = 'packetspec.time=';

/**
 * Device ib700, a watchdog: this byte written here stops the machine two seconds later, until the host lets it go on
 * (`time_map` in hw/watchdog/wdt_ib700.c). The guest is to be idle then: see decision 0022.
 */
export const PAUSE_PORT = 0x443;
export const PAUSE_BYTE = 14;
export const PAUSE_AFTER_NS = 2 * NS_PER_S;

/**
 * Device pvpanic (docs/specs/pvpanic in QEMU): this byte written here stops the machine at once, where it is told to stop then
 * (`-action panic=pause`), and does nothing elsewhere.
 */
export const STOP_PORT = 0x505;
export const STOP_BYTE = 1;

/** Device isa-debug-exit: a byte written here ends QEMU at once, with status `2 * byte + 1`. */
export const EXIT_PORT = 0x501;
export const EXIT_BYTE = 0x10;
export const EXIT_STATUS = 2 * EXIT_BYTE + 1;

/**
 * Device fw_cfg (docs/specs/fw_cfg in QEMU): a number written to the selector has the data port give that item, byte by
 * byte. The job is the first named item: its name sorts before those of QEMU's own, of which a restored machine has fewer.
 */
export const ITEM_SELECTOR_PORT = 0x510;
export const ITEM_DATA_PORT = 0x511;
/** What each QEMU says: four letters. */
export const SIGNATURE_ITEM = 0;
export const SIGNATURE_BYTES = 4;
export const JOB_ITEM = 0x20;
export const JOB_ITEM_NAME = 'Job';

/** The first port of the first virtio-serial device. */
export const RESULTS_DEVICE = '/dev/vport0p1';

export const MODULES_FOLDER = '/packetspec/modules';

/** What a guest boots for: its one run, or to be saved before that. */
export type BootPurpose = 'boot' | 'snapshot';

/** The programs that the kernel starts first. */
export const INIT_PATHS: Readonly<Record<BootPurpose, string>> = { boot: '/init', snapshot: '/init-snapshot' };

/** The code of the runner, compiled (`vm/compiled-runner`), for a guest that boots for its run. */
export const COMPILED_RUNNER = '/packetspec/guest.compiled';
