/**
 * A filter of a TUN device that drops what the kernel sends, behind the place where packet sockets see it. Reading each packet
 * to throw it away takes a fifth of a flood. It is an eBPF program of two instructions, which root may load, and others not.
 */
import { SYSTEM_CALLS, TUNSETFILTEREBPF } from './constants';
import { addressOf, libc, zeroTerminated } from './libc';

const BPF_PROG_LOAD = 5;
const BPF_PROG_TYPE_SOCKET_FILTER = 1;
/** struct bpf_insn: `r0 = 0`, keep so many bytes; `exit`. */
const DROP = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
const INSTRUCTION_BYTES = 8;
/** union bpf_attr, as far as it is needed: type and count of instructions in 32 bits, then addresses. */
const ATTRIBUTE_WORDS = 16;
const COUNT_SHIFT = 32n;
const NO_PROGRAM = -1;

/** @returns what takes the filter away again; `undefined` where it cannot be had */
export function dropEverything(tun: number): (() => void) | undefined {
  const program = load();
  if (program < 0) return undefined;
  const attached = attach(tun, program);
  libc.close(program);
  return attached < 0 ? undefined : () => void attach(tun, NO_PROGRAM);
}

function load(): number {
  const license = zeroTerminated('GPL');
  const attributes = new BigUint64Array(ATTRIBUTE_WORDS);
  attributes[0] = BigInt(BPF_PROG_TYPE_SOCKET_FILTER) | (BigInt(DROP.length / INSTRUCTION_BYTES) << COUNT_SHIFT);
  attributes[1] = BigInt(addressOf(DROP));
  attributes[2] = BigInt(addressOf(license));
  const at = addressOf(attributes);
  return libc.syscall(SYSTEM_CALLS.bpf, BPF_PROG_LOAD, at, attributes.byteLength, 0, 0, 0);
}

function attach(tun: number, program: number): number {
  return libc.ioctl(tun, TUNSETFILTEREBPF, Int32Array.of(program));
}
