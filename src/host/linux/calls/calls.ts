/**
 * System calls as data: a `CallRequest` becomes a `PreparedCall`, and what the kernel answered to it a `CallOutcome`.
 * Deliberately absent: making the call; see `linux-run.ts` and `blocking-threads.ts`.
 */
import type { CallOutcome } from '../../../trace/trace';
import type { CallRequest } from '../../host';
import { errnoName } from '../errno';
import { CAPABILITY_CALLS } from './capabilities';
import { FILE_CALLS } from './files';
import { MESSAGE_CALLS } from './messages';
import type { PreparedCall, Preparations } from './prepared-call';
import { SOCKET_CALLS } from './sockets';
import { TRANSFER_CALLS } from './transfer';
import { WAITING_CALLS } from './waiting';

const PREPARATIONS: Preparations<CallRequest['name']> = {
  ...SOCKET_CALLS,
  ...TRANSFER_CALLS,
  ...MESSAGE_CALLS,
  ...WAITING_CALLS,
  ...FILE_CALLS,
  ...CAPABILITY_CALLS,
};

/** @throws HostError `no-permission` for what could not be undone */
export function prepareCall(request: CallRequest): PreparedCall {
  // The table has, for each name, what takes the request of that name.
  const prepare = PREPARATIONS[request.name] as (request: CallRequest) => PreparedCall;
  return prepare(request);
}

/** @param result what the call returned, or minus the errno */
export function outcomeOf(call: PreparedCall, result: number): CallOutcome {
  if (result < 0) return { returned: -1, errno: errnoName(result), outputs: {} };
  return { returned: result, errno: '', outputs: call.outputs(result) };
}

/** It moved less than it was to: it was interrupted in the middle, or there was no more. */
export function isCutShort({ wantedBytes }: PreparedCall, result: number): boolean {
  return wantedBytes !== undefined && result >= 0 && result < wantedBytes;
}
