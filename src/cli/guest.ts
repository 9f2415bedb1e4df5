/**
 * The runner inside a guest, as the first process of its kernel: makes the machine usable, warms up, lets itself be
 * saved, and then executes the one timeline that it is given. Under virtual time nothing here waits for the host.
 */
import { existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { NS_PER_MS } from '../base/nanoseconds';
import { execute } from '../exec/execute';
import { warmUpTimeline } from '../exec/warm-up';
import type { Host } from '../host/host';
import { Deadline } from '../host/linux/deadline';
import { IoPorts } from '../host/linux/io-ports';
import { raiseLoopback } from '../host/linux/link';
import { pause } from '../host/linux/libc';
import { openLinuxHost, type PreparingHost } from '../host/linux/linux-host';
import { probeEnvironment } from '../host/linux/probe';
import {
  bootParameters,
  freezeRestlessThread,
  loadModules,
  mountFileSystems,
  quietKernel,
} from '../host/linux/process-one';
import { longestDurationNs } from '../suite/bounds';
import type { Timeline } from '../timeline/timeline';
import { startsPrograms } from '../timeline/commands';
import { isLight } from '../timeline/weight';
import type { ClockKind } from '../trace/trace';
import { UNFIT_MARK } from '../vm/ending';
import {
  EXIT_BYTE,
  EXIT_PORT,
  ITEM_DATA_PORT,
  ITEM_SELECTOR_PORT,
  JOB_ITEM,
  MODULES_FOLDER,
  PAUSE_AFTER_NS,
  PAUSE_BYTE,
  PAUSE_PORT,
  RESULTS_DEVICE,
  SIGNATURE_BYTES,
  SIGNATURE_ITEM,
  START_PARAMETER,
  STOP_BYTE,
  STOP_PORT,
  TIME_PARAMETER,
} from '../vm/guest-abi';
import { decodeJob, encodeJob, encodeMessage, type Job, PACKED_FROM_BYTES } from '../vm/job';
import type * as GuestWarmUp from './guest-warm-up';
import { placeFiles } from './job-files';

/**
 * Under virtual time a run begins at a whole multiple of this, so that it does not matter how long reading the job took.
 */
const ROUND_NS = 100 * NS_PER_MS;

async function main(): Promise<void> {
  mountFileSystems();
  loadModules(MODULES_FOLDER);
  quietKernel();
  freezeRestlessThread();
  raiseLoopback();
  const ports = new IoPorts([PAUSE_PORT, STOP_PORT, EXIT_PORT, ITEM_SELECTOR_PORT, ITEM_DATA_PORT]);
  const time = bootParameters(TIME_PARAMETER)[0] === 'virtual' ? 'virtual' : 'real';
  const say = openResults();
  const trouble = probeEnvironment();
  if (trouble !== undefined) {
    say(encodeMessage({ kind: 'unfit', trouble }));
    ports.outByte(EXIT_PORT, EXIT_BYTE);
  }
  const start = bootParameters(START_PARAMETER)[0] === 'snapshot' ? 'snapshot' : 'boot';
  if (start === 'boot') setOptionsOfRuns();
  const host = openLinuxHost({ blockingWorkerPath: join(__dirname, 'blocking-worker.js'), time });
  const deadline = new Deadline();
  if (start === 'snapshot') await warmUpTwice({ host, deadline, ports }, () => stopMachine(ports));
  emptyYoungSpace();
  // Whoever sends a second one has the driver take the buffer of the first one back.
  for (let time = 0; time < 2; time++) say(encodeMessage({ kind: 'ready' }));
  if (start === 'snapshot') stopMachine(ports);
  const job = readJob(ports);
  if (start === 'boot') await warmUp({ host, deadline, ports }, [rehearsalOf(job.timeline, time)]);
  say((await perform({ host, deadline }, job)).answer);
  // Where the machine is to be used again it stops here.
  ports.outByte(STOP_PORT, STOP_BYTE);
  ports.outByte(EXIT_PORT, EXIT_BYTE);
}

/**
 * The optimizing compiler stops a run for tens of milliseconds; and functions are to be fast from the second call on, since they get no
 * more. Not before all of the runner has been loaded: Node takes the compiled code of its own library with the options alone that it was compiled
 * with, and a guest came to compile 22 parts of it.
 */
function setOptionsOfRuns(): void {
  for (const option of ['--no-opt', '--no-lazy-feedback-allocation']) setFlagsFromString(option);
}

function readJob(ports: IoPorts): Job {
  return decodeJob(itemReader(ports, JOB_ITEM));
}

/** Reads what QEMU hands over under a number, from its beginning. */
function itemReader(ports: IoPorts, item: number): (length: number) => Uint8Array {
  ports.outWord(ITEM_SELECTOR_PORT, item);
  return (length) => {
    const bytes = new Uint8Array(length);
    ports.inBytes(ITEM_DATA_PORT, bytes);
    return bytes;
  };
}

/**
 * What a guest does that boots for one run, before it: the very same, so that all of it has been done once. Where that would take
 * long, or leave something behind, a little of what most do.
 */
function rehearsalOf(timeline: Timeline, time: ClockKind): Timeline {
  if (time === 'virtual' && isLight(timeline)) return timeline;
  return warmUpTimeline(timeline.variant.ip === 'ipv6' ? 'ipv6' : 'ipv4');
}

/** Returns some time after the machine has gone on. */
function stopMachine(ports: IoPorts): void {
  ports.outByte(PAUSE_PORT, PAUSE_BYTE);
  pause(PAUSE_AFTER_NS * 1.5);
}

/**
 * What the warm-up has left would fill the space for young objects in the middle of a run, which takes 20 ms. Of the old ones nothing
 * is collected: V8 would forget the shapes of all objects that are gone, and what it has learned of the code that uses them. Of 605 accesses
 * in a handshake that it had to look up anew, 89 are left, and a quarter fewer instructions. Twice, because each time V8 goes over to the other
 * half of that space: this one has been touched, and costs no page faults.
 */
function emptyYoungSpace(): void {
  for (let half = 0; half < 2; half++) global.gc?.({ type: 'minor' });
}

function openResults(): (message: Uint8Array) => void {
  if (!existsSync(RESULTS_DEVICE)) throw new Error('no virtio-serial: CONFIG_VIRTIO_PCI and CONFIG_VIRTIO_CONSOLE');
  const device = openSync(RESULTS_DEVICE, 'w');
  return (message) => {
    for (let at = 0; at < message.length; ) at += writeSync(device, message, at);
  };
}

/**
 * Node reads and compiles what runs for the first time, and again what has run often. The guest is saved between the two
 * (`booted`, see `vm/snapshot`): whoever goes on from there runs everything once more, as it will run from then on.
 */
async function warmUpTwice(guest: WholeGuest<PreparingHost>, saved: () => void): Promise<void> {
  const { guestWarmUps, longWarmUp, programWarmUp, usualNetworks } = loadWarmUps();
  await warmUp(guest, guestWarmUps());
  emptyYoungSpace();
  saved();
  await warmUp(guest, programWarmUp());
  const prepare = (): void => usualNetworks().forEach((network) => guest.host.prepareRun(network));
  // Some of what follows takes what was prepared, as runs will.
  prepare();
  await warmUp(guest, [...guestWarmUps(), ...longWarmUp()]);
  prepare();
}

/** What takes part in a run. */
interface WholeGuest<H extends Host = Host> {
  readonly host: H;
  readonly deadline: Deadline;
  readonly ports: IoPorts;
}

/** Within the time that it may take. */
function perform({ host, deadline }: Pick<WholeGuest, 'host' | 'deadline'>, job: Job): ReturnType<typeof serve> {
  deadline.set(longestDurationNs(job.timeline));
  return serve(host, job);
}

/** In a bundle of its own: it has what reads specs, more than half of all code, which a guest that boots for one run can do without. */
function loadWarmUps(): typeof GuestWarmUp {
  return require(join(__dirname, 'guest-warm-up.js')) as typeof GuestWarmUp;
}

const WARM_UP_FOLDER = '/tmp/warm-up';
const LARGE_FILE = { path: `${WARM_UP_FOLDER}/large`, mode: 0o600, content: new Uint8Array(PACKED_FROM_BYTES) };

/** Everything that real jobs make this process do. */
async function warmUp({ host, deadline, ports }: WholeGuest, timelines: readonly Timeline[]): Promise<void> {
  for (const timeline of timelines) {
    // As those that come from a folder of the user's: with a large file beside, for which a job is packed.
    const files = startsPrograms(timeline) ? [LARGE_FILE] : [];
    const packed = encodeJob({ timeline, workingFolder: WARM_UP_FOLDER, files });
    const read = itemReader(ports, SIGNATURE_ITEM);
    let at = 0;
    const job = decodeJob((length) => {
      read(SIGNATURE_BYTES);
      return packed.subarray(at, (at += length));
    });
    const { close } = await perform({ host, deadline }, job);
    await close();
  }
  deadline.set(0);
}

interface Served {
  /** What to say of it. */
  readonly answer: Uint8Array;
  readonly close: () => Promise<void>;
}

async function serve(host: Host, job: Job): Promise<Served> {
  try {
    placeFiles(job);
    if (host.facts.time === 'virtual') sleepUntilRound(host);
    const { trace, close } = await execute(job.timeline, host);
    return { answer: encodeMessage({ kind: 'finished', trace }), close };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { answer: encodeMessage({ kind: 'crashed', stack }), close: async () => {} };
  }
}

function sleepUntilRound(host: Host): void {
  pause(ROUND_NS - (host.steadyNs() % ROUND_NS));
}

main().catch((error: unknown) => {
  console.error(`${UNFIT_MARK}${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
});
