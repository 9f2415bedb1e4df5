/** Which modules a guest is to have, by name: the ones without which nothing runs, and the ones that specs ask for. */

/** What the harness itself needs, with the option that builds it. */
export const REQUIRED: ReadonlyMap<string, string> = new Map([
  ['virtio_pci', 'CONFIG_VIRTIO_PCI'],
  ['virtio_console', 'CONFIG_VIRTIO_CONSOLE'],
  ['tun', 'CONFIG_TUN'],
  ['inet_diag', 'CONFIG_INET_DIAG'],
  ['tcp_diag', 'CONFIG_INET_TCP_DIAG'],
]);

/** Left out where there is none. */
const OPTIONAL = [
  'qemu_fw_cfg',
  'ipv6',
  // Devices that specs and their shell commands make.
  'veth',
  'dummy',
  'ip_gre',
  'ipip',
  'sit',
  'mpls_router',
  'sch_fq',
  'sch_fq_codel',
  'sch_netem',
  'sch_prio',
  'sch_tbf',
  'tls',
  // Ciphers of TCP-AO and of kernel TLS: a guest has no modprobe that would load them when they are asked for.
  'cmac',
  'gcm',
  'ghash_generic',
];

/** Congestion controls; `tcp_diag` is among them by its name only. */
const CONGESTION_CONTROL = /^tcp_/;

/** In the order in which they are to be loaded, as far as they do not depend on each other. */
export function wantedModules(present: Iterable<string>): readonly string[] {
  const congestion = [...present].filter((name) => CONGESTION_CONTROL.test(name)).sort();
  return [...new Set([...REQUIRED.keys(), ...OPTIONAL, ...congestion])];
}
