/**
 * A system call as data: its number and six arguments, and a reading of what the kernel wrote. The same data serve the
 * main thread and the blocking threads, which share their memory.
 */
import type { CallOutputs } from '../../../trace/trace';
import type { CallRequest } from '../../host';
import { addressOf } from '../libc';

export interface PreparedCall {
  readonly number: number;
  /** Six, as the kernel takes them; addresses are numbers. */
  readonly values: readonly number[];
  /** What the addresses point to: must live until the call is over. */
  readonly memory: readonly NodeJS.TypedArray[];
  /** The call can sleep, so somebody must watch over it. */
  readonly maySleep: boolean;
  /** What the kernel wrote, after a call that succeeded. */
  readonly outputs: (returned: number) => CallOutputs;
  /** The descriptors that a call which succeeded has opened. */
  readonly opens?: (returned: number) => readonly number[];
  /** The descriptor that is closed afterwards, whatever the call answers. */
  readonly closes?: number;
  /** How many bytes it moves when nothing cuts it short. */
  readonly wantedBytes?: number;
  /** The kernel may use the memory when the call is long over, as MSG_ZEROCOPY does: it must live until the run ends. */
  readonly keepsMemory?: boolean;
  /** Brings back what a call that succeeded has changed of this process; for the end of the run. */
  readonly undo?: () => void;
}

export type Request<N extends CallRequest['name']> = Extract<CallRequest, { readonly name: N }>;

/** What makes the calls of these names. */
export type Preparations<N extends CallRequest['name']> = {
  readonly [K in N]: (request: Request<K>) => PreparedCall;
};

/** A number is itself, bytes are their address. */
export type Value = number | NodeJS.TypedArray;

/** What there is to say of a call beside its arguments; `memory` is what the arguments do not show. */
export type Traits = Partial<Omit<PreparedCall, 'number' | 'values' | 'maySleep'>>;

/** A call that returns at once. */
export function prompt(number: number, values: readonly Value[], traits: Traits = {}): PreparedCall {
  return prepared(number, values, false, traits);
}

/** A call that can sleep. */
export function sleepy(number: number, values: readonly Value[], traits: Traits = {}): PreparedCall {
  return prepared(number, values, true, traits);
}

function prepared(number: number, values: readonly Value[], maySleep: boolean, traits: Traits): PreparedCall {
  const memory = [...values.filter((value) => typeof value !== 'number'), ...(traits.memory ?? [])];
  const numbers = values.map((value) => (typeof value === 'number' ? value : addressOf(value)));
  while (numbers.length < 6) numbers.push(0);
  return { outputs: NO_OUTPUTS, ...traits, number, values: numbers, memory, maySleep };
}

const NO_OUTPUTS = (): CallOutputs => ({});

/** The trait of a call whose result is a descriptor. */
export const OPENS_RESULT = { opens: (returned: number) => [returned] } as const;
