/** The state of a machine's devices, as QEMU's `xen-save-devices-state` writes it: of all that a guest can notice. */

/** Numbers of a section that are the host's, and not the guest's. */
interface HostPart {
  /** What the section begins with: the length of its name, and the name. Its instance and version come next. */
  readonly header: string;
  /** Bytes from the first field on. */
  readonly from: number;
  readonly to: number;
}

const HOST_PARTS: readonly HostPart[] = [
  // `cpu_ticks_offset`, eight bytes that nobody uses, and `cpu_clock_offset` (vmstate_timers in softmmu/cpu-timers.c) are times
  // of the host, from which a guest that counts instructions reads nothing; its own clock is in the subsection `timer/icount`.
  { header: '\x05timer', from: 0, to: 8 },
  { header: '\x05timer', from: 16, to: 24 },
  // `file_offset` (vmstate_replay in replay/replay-snapshot.c) counts how often QEMU's main thread looked.
  { header: '\x06replay', from: 36, to: 44 },
];
const HEADER_BYTES = 8;

/** Whether two guests go on alike. */
export function isSameState(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(ofGuest(one), ofGuest(other)) === 0;
}

function ofGuest(state: Uint8Array): Uint8Array {
  const bytes = Buffer.from(state);
  for (const { header, from, to } of HOST_PARTS) {
    const name = bytes.indexOf(header, 0, 'latin1');
    if (name < 0) continue;
    const fields = name + header.length + HEADER_BYTES;
    bytes.fill(0, fields + from, fields + to);
  }
  return bytes;
}
