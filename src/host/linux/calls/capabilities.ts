/**
 * Capabilities of the thread that makes the calls: what libcap does in cap_get_proc, cap_set_flag and cap_set_proc.
 * They belong to the executor, which goes on with other runs: so they come back when the run ends.
 */
import { HostError } from '../../host';
import { SYSTEM_CALLS } from '../constants';
import { addressOf, libc, succeed } from '../libc';
import { type Preparations, prompt, type Request } from './prepared-call';

/** _LINUX_CAPABILITY_VERSION_3: struct cap_user_data has two parts of three sets each. */
const VERSION = 0x20080522;
/** The kernel answers EINVAL to it, as cap_set_flag does to a capability that cannot be. */
const NO_VERSION = 0;
const SETS = { effective: 0, permitted: 1, inheritable: 2 } as const;
const SET_COUNT = 3;
const BITS = 32;
const LARGEST = 63;

export const CAPABILITY_CALLS: Preparations<'cap_set'> = {
  cap_set: (request) => {
    const { set, capability, raised } = request;
    const before = readCapabilities();
    const after = before.slice();
    const isKnown = capability >= 0 && capability <= LARGEST;
    const word = Math.floor(capability / BITS) * SET_COUNT + SETS[set];
    const bit = 1 << (capability % BITS);
    if (isKnown) after[word] = raised ? (after[word] ?? 0) | bit : (after[word] ?? 0) & ~bit;
    if ((after[word] ?? 0) !== (before[word] ?? 0)) refuseForGood(request);
    return prompt(SYSTEM_CALLS.capset, [headerOf(isKnown ? VERSION : NO_VERSION), after], {
      undo: () => writeCapabilities(before),
    });
  },
};

/** @throws HostError `no-permission` */
function refuseForGood({ set, capability, raised }: Request<'cap_set'>): void {
  if (set !== 'permitted' || raised) return;
  throw new HostError(
    'no-permission',
    `capability ${capability} cannot be taken out of the permitted set: the thread would never get it back`,
    'take it out of the effective set (CAP_EFFECTIVE), which has the same effect on system calls',
  );
}

function readCapabilities(): Uint32Array {
  const data = new Uint32Array(2 * SET_COUNT);
  succeed('capget', libc.syscall(SYSTEM_CALLS.capget, addressOf(headerOf(VERSION)), addressOf(data), 0, 0, 0, 0));
  return data;
}

function writeCapabilities(data: Uint32Array): void {
  libc.syscall(SYSTEM_CALLS.capset, addressOf(headerOf(VERSION)), addressOf(data), 0, 0, 0, 0);
}

/** struct cap_user_header: version, and process id zero, which is the calling thread. */
function headerOf(version: number): Uint32Array {
  return Uint32Array.of(version, 0);
}
