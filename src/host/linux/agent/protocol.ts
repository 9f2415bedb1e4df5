/**
 * What the harness and an agent say to each other, a line each. The agent begins with a greeting. Then the harness asks
 * one question after the other, each with a number, and the agent answers each; between answers it tells by itself which
 * of the calls that slept have come back. No moment of either clock is told.
 */
import type { Ns } from '../../../base/nanoseconds';
import type { CounterValues, HostTrouble, OptionBytes, ProcNetTcpRow, SocketEntry } from '../../../trace/trace';
import type { CallRequest } from '../../host';
import type { DistantReturn, Eyes, MadeCall } from '../target/eyes';

/** Raised with every change that an older side would misread. */
export const AGENT_PROTOCOL = 1;

export interface Greeting {
  readonly agent: 'packetspec';
  readonly protocol: number;
  readonly facts: Eyes['facts'];
}

/** Whose connections and sockets are the run's. */
export interface Scope {
  readonly harnessAddress: string;
  readonly harnessPorts: readonly number[];
  /** Of the target, the listener's first. */
  readonly ports: readonly number[];
}

/** The questions, each with its arguments and its answer; what they mean is told in `Eyes`. */
export interface Questions {
  hasCommand(name: string): boolean;
  open(scope: Scope): null;
  close(): null;
  checkGround(): null;
  setSysctl(name: string, value: string): null;
  hasSysctl(name: string): boolean;
  startServer(command: string, port: number, readyWithinNs: Ns): null;
  prepareBlocking(count: number): null;
  call(request: CallRequest, limitNs: Ns): MadeCall;
  startBlockingCall(request: CallRequest, token: number): null;
  cancelBlockingCalls(): null;
  sockets(): readonly SocketEntry[];
  counters(): CounterValues;
  movedCounters(): CounterValues;
  tcpInfo(fd: number): OptionBytes;
  procNetTcp(): readonly ProcNetTcpRow[];
}

export type QuestionName = keyof Questions;

export type ToAgent =
  | { readonly id: number; readonly ask: QuestionName; readonly args: readonly unknown[] }
  /** The harness is still there. */
  | { readonly blink: true };

export type FromAgent =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly trouble: HostTrouble }
  | { readonly returned: DistantReturn };

/** So long without a word, the agent takes the harness for dead, and ends. */
export const AGENT_PATIENCE_S = 60;
