/**
 * Commands of iproute2 that are one netlink request: what scripts of packetdrill's say to prepare their network. Made
 * directly, they need no process. A request that the kernel refuses is left to the program, whose words the user knows.
 * Why: docs/decisions/0019-plain-scripts.md.
 */
import { concatBytes, viewOf } from '../../wire/bytes';
import { libc, zeroTerminated } from './libc';
import {
  attribute,
  findAttribute,
  NETLINK_GENERIC,
  NETLINK_ROUTE,
  type NetlinkMessage,
  type NetlinkSocket,
  NLM_F_CREATE,
  NLM_F_EXCL,
  overNetlink,
} from './netlink';

/** linux/genetlink.h: the controller, which knows the numbers of all families. */
const GENL_ID_CTRL = 16;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;
/** struct genlmsghdr. */
const GENL_HEADER_BYTES = 4;

/** linux/tcp_metrics.h. Without an address, everything of the network namespace (tcp_metrics_nl_cmd_del). */
const TCP_METRICS = 'tcp_metrics';
const TCP_METRICS_CMD_DEL = 2;
const TCP_METRICS_VERSION = 1;

/** linux/rtnetlink.h. */
const RTM_NEWQDISC = 36;
const TC_H_ROOT = 0xffff_ffff;
const TCA_KIND = 1;
/** struct tcmsg: family, interface, handle, parent, info. */
const TCMSG_BYTES = 20;
const TCMSG_INTERFACE = 4;
const TCMSG_PARENT = 12;

/** In `tc qdisc add dev NAME root pfifo`. */
const DEVICE_AT = 4;

/** Of this kernel; the same in all namespaces. */
let tcpMetricsFamily: number | undefined;

/** Does what the command does; false when it is another command, or when the program has to say what is wrong. */
export function requestsDirectly(words: readonly string[]): boolean {
  if (areWords(words, ['ip', 'tcp_metrics', 'flush', 'all'])) return flushTcpMetrics();
  const device = words[DEVICE_AT] ?? '';
  return areWords(words, ['tc', 'qdisc', 'add', 'dev', device, 'root', 'pfifo']) && addPfifo(device);
}

/** Word by word: one with a blank in it is another command. */
function areWords(words: readonly string[], wanted: readonly string[]): boolean {
  return words.length === wanted.length && words.every((word, index) => word === wanted[index]);
}

function flushTcpMetrics(): boolean {
  return overNetlink(NETLINK_GENERIC, (netlink) => {
    tcpMetricsFamily ??= familyNumber(netlink, TCP_METRICS);
    if (tcpMetricsFamily === undefined) return false;
    const body = genericHeader(TCP_METRICS_CMD_DEL, TCP_METRICS_VERSION);
    return isDone(netlink, { type: tcpMetricsFamily, flags: 0, body });
  });
}

/** Without a limit of its own, it has that of the device (`txqueuelen`). */
function addPfifo(device: string): boolean {
  const index = libc.ifNameToIndex(device);
  if (index === 0) return false;
  const header = new Uint8Array(TCMSG_BYTES);
  viewOf(header).setInt32(TCMSG_INTERFACE, index, true);
  viewOf(header).setUint32(TCMSG_PARENT, TC_H_ROOT, true);
  const body = concatBytes([header, attribute(TCA_KIND, zeroTerminated('pfifo'))]);
  return overNetlink(NETLINK_ROUTE, (netlink) =>
    isDone(netlink, { type: RTM_NEWQDISC, flags: NLM_F_CREATE | NLM_F_EXCL, body }),
  );
}

/** The number that the kernel gave a family of generic netlink; absent when it has none of that name. */
function familyNumber(netlink: NetlinkSocket, name: string): number | undefined {
  const body = concatBytes([
    genericHeader(CTRL_CMD_GETFAMILY, 1),
    attribute(CTRL_ATTR_FAMILY_NAME, zeroTerminated(name)),
  ]);
  const answer = netlink.ask({ type: GENL_ID_CTRL, flags: 0, body });
  if (typeof answer === 'number') return undefined;
  const id = findAttribute(answer.body, GENL_HEADER_BYTES, CTRL_ATTR_FAMILY_ID);
  return id === undefined ? undefined : viewOf(id).getUint16(0, true);
}

function isDone(netlink: NetlinkSocket, message: NetlinkMessage): boolean {
  return netlink.request([message])[0] === 0;
}

function genericHeader(command: number, version: number): Uint8Array {
  return Uint8Array.of(command, version, 0, 0);
}
