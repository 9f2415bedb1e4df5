/**
 * Numbers of the Linux ABI, for x86-64 and arm64 (both little endian with eight-byte pointers). A number that differs
 * between the two stands in `SYSTEM_CALLS` or `EPOLL_EVENT`; all others are the same on both.
 */
import { assert, present } from '../../base/assert';

interface SystemCallNumbers {
  readonly read: number;
  readonly write: number;
  readonly close: number;
  readonly ioctl: number;
  readonly ppoll: number;
  readonly socket: number;
  readonly connect: number;
  readonly accept4: number;
  readonly sendto: number;
  readonly recvfrom: number;
  readonly shutdown: number;
  readonly bind: number;
  readonly listen: number;
  readonly setsockopt: number;
  readonly getsockopt: number;
  readonly fcntl: number;
  readonly gettid: number;
  readonly tgkill: number;
  readonly exitGroup: number;
  readonly readv: number;
  readonly writev: number;
  readonly sendmsg: number;
  readonly recvmsg: number;
  readonly openat: number;
  readonly pipe2: number;
  readonly sendfile: number;
  readonly splice: number;
  readonly epollCreate1: number;
  readonly epollCtl: number;
  readonly epollPwait: number;
  readonly capget: number;
  readonly capset: number;
  readonly pidfdOpen: number;
  readonly pidfdSendSignal: number;
  readonly pidfdGetfd: number;
  readonly ioSetup: number;
  readonly ioGetevents: number;
  readonly ioSubmit: number;
  readonly sendmmsg: number;
  readonly bpf: number;
  readonly mount: number;
  readonly finitModule: number;
  readonly timerCreate: number;
  readonly timerSettime: number;
  readonly mmap: number;
  readonly fsopen: number;
  readonly fsconfig: number;
  readonly fsmount: number;
}

const SYSTEM_CALLS_BY_ARCHITECTURE: Readonly<Record<string, SystemCallNumbers>> = {
  x64: {
    read: 0,
    write: 1,
    close: 3,
    ioctl: 16,
    ppoll: 271,
    socket: 41,
    connect: 42,
    accept4: 288,
    sendto: 44,
    recvfrom: 45,
    shutdown: 48,
    bind: 49,
    listen: 50,
    setsockopt: 54,
    getsockopt: 55,
    fcntl: 72,
    gettid: 186,
    tgkill: 234,
    exitGroup: 231,
    readv: 19,
    writev: 20,
    sendmsg: 46,
    recvmsg: 47,
    openat: 257,
    pipe2: 293,
    sendfile: 40,
    splice: 275,
    epollCreate1: 291,
    epollCtl: 233,
    epollPwait: 281,
    capget: 125,
    capset: 126,
    pidfdOpen: 434,
    pidfdSendSignal: 424,
    pidfdGetfd: 438,
    ioSetup: 206,
    ioGetevents: 208,
    ioSubmit: 209,
    sendmmsg: 307,
    bpf: 321,
    mount: 165,
    finitModule: 313,
    timerCreate: 222,
    timerSettime: 223,
    mmap: 9,
    fsopen: 430,
    fsconfig: 431,
    fsmount: 432,
  },
  arm64: {
    read: 63,
    write: 64,
    close: 57,
    ioctl: 29,
    ppoll: 73,
    socket: 198,
    connect: 203,
    accept4: 242,
    sendto: 206,
    recvfrom: 207,
    shutdown: 210,
    bind: 200,
    listen: 201,
    setsockopt: 208,
    getsockopt: 209,
    fcntl: 25,
    gettid: 178,
    tgkill: 131,
    exitGroup: 94,
    readv: 65,
    writev: 66,
    sendmsg: 211,
    recvmsg: 212,
    openat: 56,
    pipe2: 59,
    sendfile: 71,
    splice: 76,
    epollCreate1: 20,
    epollCtl: 21,
    epollPwait: 22,
    capget: 90,
    capset: 91,
    pidfdOpen: 434,
    pidfdSendSignal: 424,
    pidfdGetfd: 438,
    ioSetup: 0,
    ioGetevents: 4,
    ioSubmit: 2,
    sendmmsg: 269,
    bpf: 280,
    mount: 40,
    finitModule: 273,
    timerCreate: 107,
    timerSettime: 110,
    mmap: 222,
    fsopen: 430,
    fsconfig: 431,
    fsmount: 432,
  },
};

assert(process.platform === 'linux', `packetspec drives Linux, this is ${process.platform}`);

export const SYSTEM_CALLS = present(
  SYSTEM_CALLS_BY_ARCHITECTURE[process.arch],
  `the table of system calls for ${process.arch}`,
);

/** struct epoll_event: events, then 64 bits of data; packed on x86-64 only. */
export const EPOLL_EVENT =
  process.arch === 'x64' ? ({ dataAt: 4, bytes: 12 } as const) : ({ dataAt: 8, bytes: 16 } as const);

export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_CLOEXEC = 0x80000;

export const SOL_SOCKET = 1;
export const SO_RCVBUF = 8;
export const SO_LINGER = 13;
export const SO_RCVTIMEO = 20;
export const SO_ATTACH_FILTER = 26;
export const SO_DETACH_FILTER = 27;
export const SO_RCVBUFFORCE = 33;
export const SO_TIMESTAMPNS = 35;
export const IPPROTO_TCP = 6;
export const TCP_INFO = 11;

export const SOL_PACKET = 263;
export const PACKET_STATISTICS = 6;
/** pkttype of what is for this host. */
export const PACKET_HOST = 0;
/** pkttype of what the kernel sends. */
export const PACKET_OUTGOING = 4;
export const ETH_P_ALL = 0x0003;

export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_NONBLOCK = 0x800;
export const O_CLOEXEC = 0x80000;
export const AT_FDCWD = -100;
export const F_SETFD = 2;
export const F_SETFL = 4;
export const F_SETPIPE_SZ = 1031;
export const FD_CLOEXEC = 1;
export const EPOLL_CLOEXEC = 0x80000;
export const EFD_NONBLOCK = 0x800;
export const EFD_CLOEXEC = 0x80000;
export const MFD_CLOEXEC = 1;
export const FSOPEN_CLOEXEC = 1;
export const FSMOUNT_CLOEXEC = 1;
export const FSCONFIG_CMD_CREATE = 6;

export const POLLIN = 0x001;
export const POLLOUT = 0x004;

export const CLONE_NEWNET = 0x40000000;

export const TUNSETIFF = 0x400454ca;
export const TUNSETPERSIST = 0x400454cb;
export const TUNSETOFFLOAD = 0x400454d0;
/** _IOR('T', 225, int) */
export const TUNSETFILTEREBPF = 0x800454e1;
export const TUN_F_CSUM = 0x01;
export const TUN_F_TSO4 = 0x02;
export const TUN_F_TSO6 = 0x04;
export const TUN_F_TSO_ECN = 0x08;
export const IFF_TUN = 0x0001;
export const IFF_NO_PI = 0x1000;
export const IFF_VNET_HDR = 0x4000;
export const IFF_UP = 0x1;
/** A carrier is there, or the device has none to lose. */
export const IFF_RUNNING = 0x40;
export const IFF_NOARP = 0x80;
export const SIOCETHTOOL = 0x8946;

export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;
/** Shows when the kernel's tick was last (`ktime_get_coarse_ts64`): its steps are jiffies. */
export const CLOCK_MONOTONIC_COARSE = 6;
export const ITIMER_REAL = 0;

export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
export const SCHED_RESET_ON_FORK = 0x40000000;

export const WNOHANG = 1;

export const PR_SET_PDEATHSIG = 1;
export const PR_GET_TID_ADDRESS = 40;
export const PR_SET_TIMERSLACK = 29;
export const PR_SET_CHILD_SUBREAPER = 36;

export const SIGKILL = 9;
export const SIGUSR2 = 12;
export const SIGALRM = 14;
export const SIGXCPU = 24;
export const SIG_UNBLOCK = 1;

export const POSIX_SPAWN_SETSIGDEF = 0x04;
export const POSIX_SPAWN_SETSIGMASK = 0x08;
export const POSIX_SPAWN_SETSID = 0x80;

export const EPERM = 1;
export const ENOENT = 2;
export const EINTR = 4;
export const EAGAIN = 11;
export const EACCES = 13;
export const EEXIST = 17;
export const ENODEV = 19;
export const EMSGSIZE = 90;
export const EOPNOTSUPP = 95;
export const EAFNOSUPPORT = 97;
export const EADDRINUSE = 98;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ENOBUFS = 105;
export const EHOSTUNREACH = 113;
