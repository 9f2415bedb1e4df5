/**
 * Packets that a Linux kernel wrote to a TUN device, read there by a Python script: what the outside world sends.
 * The addresses are 192.0.2.2 and 2001:db8::2 for the kernel, .1 and ::1 for the other side.
 */
import { fromHex } from '../../src/base/hex';

/** connect() to port 8080 with tcp_ecn=1. */
export const SYN4 = bytes(`
  4500003c534f400040066369c0000202c0000201
  da121f904ac1c4a200000000a0c2faf0cc0a0000
  020405b40402080a442faf07000000000103030a`);

/** The answer to that SYN sent back to its sender: a simultaneous open. */
export const SYNACK4 = bytes(`
  4500003c5350400040066368c0000202c0000201
  da121f904ac1c4a24ac1c4a3a052faf0c8b10000
  020405b40402080a442fb034442faf070103030a`);

/** close() after that. */
export const FINACK4 = bytes(`
  45000034535240004006636ec0000202c0000201
  da121f904ac1c4a34ac1c4a38011003fee820000
  0101080a442fb423442faf07`);

/** sendto() of five bytes to port 9. */
export const UDP4 = bytes('45000021de2f40004011d898c0000202c0000201857b0009000db27968656c6c6f');

/** The kernel's error for a datagram to a port where nobody listens. */
export const UNREACHABLE4 = bytes(`
  45c0003dc4c200004001313ac0000202c00002010303811f00000000
  45000021de2f40004011d898c0000201c00002020009857b000db27968656c6c6f`);

export const SYN6 = bytes(`
  6000ee820028064020010db800000000000000000000000220010db8000000000000000000000001
  b14a1f9065182e5300000000a0c2fd20ef9900000204
  05a00402080a37b86323000000000103030a`);

export const UDP6 = bytes(`
  600b1e33000d114020010db800000000000000000000000220010db8000000000000000000000001
  81430009000ddf4068656c6c6f`);

export const UNREACHABLE6 = bytes(`
  6006db50003d3a4020010db800000000000000000000000220010db8000000000000000000000001
  010413a200000000
  600b1e33000d114020010db800000000000000000000000120010db8000000000000000000000002
  00098143000ddf4068656c6c6f`);

export const CAPTURED = { SYN4, SYNACK4, FINACK4, UDP4, UNREACHABLE4, SYN6, UDP6, UNREACHABLE6 } as const;

/** The bytes that the hex spells; throws on a typing mistake in a test. */
export function bytes(hex: string): Uint8Array {
  const parsed = fromHex(hex);
  if (parsed === undefined) throw new Error(`not hex: ${hex}`);
  return parsed;
}
