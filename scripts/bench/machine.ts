/** The machine that is measured on, and how busy it is with something else. Names of hosts and paths stay away. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, machine, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLE_MS = 300;
/** A machine on which others use less than this is called idle, in per cent of all processors. */
const IDLE_PERCENT = 5;

/** Name and value of what decides the figures. */
export function machineFacts(): readonly (readonly [string, string])[] {
  const [processor] = cpus();
  const isVirtual = /^flags\b.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  return [
    ['Processors', `${availableParallelism()} x ${processor?.model.trim() ?? machine()}`],
    ['Machine', isVirtual ? 'virtual: its host may take the processors away, unseen' : 'bare metal, or says nothing'],
    ['Memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['Kernel', `Linux ${kernelVersion()} ${machine()}`],
    ['Node', process.version],
  ];
}

/** What others did while the bench slept for a moment, and the load average, which includes the bench itself. */
export interface Conditions {
  readonly load: number;
  /** Of all processors. */
  readonly busyPercent: number;
  /** Taken by the host of a virtual machine. */
  readonly stolenPercent: number;
}

export async function lookAround(): Promise<Conditions> {
  const before = readProcessorTimes();
  await sleep(SAMPLE_MS);
  const after = readProcessorTimes();
  const percent = (part: (times: ProcessorTimes) => number): number =>
    (100 * (part(after) - part(before))) / Math.max(1, after.total - before.total);
  return {
    load: loadavg()[0] ?? 0,
    busyPercent: percent(({ busy }) => busy),
    stolenPercent: percent(({ stolen }) => stolen),
  };
}

export function isIdle({ busyPercent, stolenPercent }: Conditions): boolean {
  return busyPercent + stolenPercent < IDLE_PERCENT;
}

export function conditionsText({ load, busyPercent, stolenPercent }: Conditions): string {
  const stolen = stolenPercent >= 1 ? `, ${stolenPercent.toFixed(0)} % stolen` : '';
  return `load ${load.toFixed(1)}, ${busyPercent.toFixed(0)} % busy${stolen}`;
}

interface ProcessorTimes {
  readonly total: number;
  readonly busy: number;
  readonly stolen: number;
}

/** proc(5): user, nice, system, idle, iowait, irq, softirq, steal; the rest is contained in these. */
function readProcessorTimes(): ProcessorTimes {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const times = line.trim().split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, waiting = 0, , , stolen = 0] = times;
  const total = times.reduce((sum, time) => sum + time, 0);
  return { total, busy: total - idle - waiting - stolen, stolen };
}

/** Without the suffix by which a distribution or a host names its build. */
function kernelVersion(): string {
  return /^\d+(?:\.\d+)*/.exec(release())?.[0] ?? release();
}
