/**
 * The TUN device: what is written to it arrives in the kernel under test as received from the wire, IP header included.
 * It has neither offloads nor a virtio header, so every segment leaves on its own and with whole checksums.
 */
import { HostError } from '../host';
import {
  EACCES,
  ENODEV,
  ENOENT,
  EPERM,
  IFF_NO_PI,
  IFF_TUN,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDWR,
  TUNSETIFF,
  TUNSETPERSIST,
} from './constants';
import { errnoName } from './errno';
import { libc } from './libc';

export const TUN_DEVICE = '/dev/net/tun';
const INTERFACE = 'tun0';
const IFREQ_BYTES = 40;
const IFREQ_FLAGS_AT = 16;

export class Tun {
  readonly index: number;
  readonly #fd: number;
  readonly #scratch = new Uint8Array(8);

  /**
   * Makes the device in the present network.
   * @throws HostError `no-tun` or `no-permission`
   */
  constructor() {
    this.#fd = openDevice();
    const request = new Uint8Array(IFREQ_BYTES);
    new TextEncoder().encodeInto(INTERFACE, request);
    new DataView(request.buffer).setUint16(IFREQ_FLAGS_AT, IFF_TUN | IFF_NO_PI, true);
    const result = libc.ioctl(this.#fd, TUNSETIFF, request);
    if (result < 0) {
      libc.close(this.#fd);
      const code = result === -EPERM ? 'no-permission' : 'no-tun';
      throw new HostError(code, `ioctl(TUNSETIFF): ${errnoName(result)}`, 'making a TUN device needs CAP_NET_ADMIN');
    }
    this.index = libc.ifNameToIndex(INTERFACE);
  }

  /** @returns zero or more, or minus the errno */
  write(packet: Uint8Array): number {
    return libc.write(this.#fd, packet, packet.length);
  }

  /** Takes one packet of the kernel's from the queue of the device, which drops packets when it is full. */
  discardOne(): void {
    libc.read(this.#fd, this.#scratch, this.#scratch.length);
  }

  /**
   * Lets go of the device. It stays until its network vanishes, which the kernel then does in the background: taking
   * it away here would block for an RCU grace period.
   */
  close(): void {
    libc.ioctlValue(this.#fd, TUNSETPERSIST, 1);
    libc.close(this.#fd);
  }
}

function openDevice(): number {
  const fd = libc.open(TUN_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0) return fd;
  const { code, hint } = explainOpenFailure(fd);
  throw new HostError(code, `open(${TUN_DEVICE}): ${errnoName(fd)}`, hint);
}

/** Why the device cannot be opened, and what to do about it. @param result minus the errno */
export function explainOpenFailure(result: number): {
  readonly code: 'no-tun' | 'no-permission';
  readonly hint: string;
} {
  if (result === -ENOENT || result === -ENODEV) {
    return {
      code: 'no-tun',
      hint: `the kernel has no TUN driver loaded: as root, \`modprobe tun\`; a container needs \`--device ${TUN_DEVICE}\``,
    };
  }
  if (result === -EACCES || result === -EPERM) {
    return { code: 'no-permission', hint: `run as root, or as root once: chmod 0666 ${TUN_DEVICE}` };
  }
  return { code: 'no-tun', hint: `${TUN_DEVICE} cannot be used` };
}
