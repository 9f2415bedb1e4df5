/*
 * The physical floor: what a C program with nothing around it reaches on this machine, doing what packetspec does.
 *
 *   floor lateness FILE    one offset in nanoseconds per line: writes a packet to a TUN at each;
 *                          prints per packet: lateness by the user's clock, lateness by the kernel's receive stamp
 *   floor roundtrip N      N times SYN, SYN+ACK, RST, 1 ms apart;
 *                          prints per round: SYN written -> RST written, and SYN stamped -> SYN+ACK stamped
 *   floor setup N          N private networks with a configured TUN, one after the other;
 *                          prints per network: nanoseconds to make it, nanoseconds to leave it
 *   floor flood N          N SYNs, made beforehand, each from a port of its own, to a listener with cookies;
 *                          prints once: nanoseconds for all of them, and their number
 *
 * It moves into private networks of its own and changes nothing outside of them. Same waiting as the product: ppoll,
 * then reading the clock for the last 200 us; same scheduling: SCHED_FIFO 1, timer slack 1 ns. IPv4 only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/route.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL
#define SPIN_NS 200000LL
#define ROUND_NS 1000000LL
#define LOCAL "192.168.0.1"
#define LOCAL_MASK "255.255.0.0"
#define REMOTE_NET "192.0.2.0"
#define REMOTE_MASK "255.255.255.0"
#define REMOTE "192.0.2.1"
#define PORT 8080
#define PACKET_BYTES 40
#define MOST 1000000
#define FIRST_PORT 1024

enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

static void must(int good, const char *what) {
  if (good) return;
  fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t read_clock(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static int64_t now(void) { return read_clock(CLOCK_MONOTONIC); }

static void wait_until(int64_t when) {
  for (;;) {
    int64_t sleep = when - SPIN_NS - now();
    if (sleep <= 0) break;
    struct timespec timeout = {.tv_sec = sleep / NS_PER_S, .tv_nsec = sleep % NS_PER_S};
    ppoll(NULL, 0, &timeout, NULL);
  }
  while (now() < when)
    ;
}

static int raise_scheduling(void) {
  struct sched_param parameters = {.sched_priority = 1};
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  return sched_setscheduler(0, SCHED_FIFO, &parameters);
}

/* --- the network ------------------------------------------------------------------------------------------------- */

static struct sockaddr address_of(const char *text) {
  struct sockaddr_in in = {.sin_family = AF_INET};
  inet_pton(AF_INET, text, &in.sin_addr);
  struct sockaddr out;
  memcpy(&out, &in, sizeof out);
  return out;
}

static int open_tun(void) {
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  must(tun >= 0, "open(/dev/net/tun)");
  struct ifreq request = {.ifr_name = "tun0"};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  must(ioctl(tun, TUNSETIFF, &request) == 0, "TUNSETIFF");
  return tun;
}

static void raise_device(int control, const char *name) {
  struct ifreq request = {0};
  strcpy(request.ifr_name, name);
  request.ifr_flags = IFF_UP;
  must(ioctl(control, SIOCSIFFLAGS, &request) == 0, "SIOCSIFFLAGS");
}

static void configure(void) {
  int control = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {.ifr_name = "tun0"};
  request.ifr_addr = address_of(LOCAL);
  must(ioctl(control, SIOCSIFADDR, &request) == 0, "SIOCSIFADDR");
  request.ifr_netmask = address_of(LOCAL_MASK);
  must(ioctl(control, SIOCSIFNETMASK, &request) == 0, "SIOCSIFNETMASK");
  raise_device(control, "lo");
  raise_device(control, "tun0");
  struct rtentry route = {.rt_flags = RTF_UP, .rt_dev = "tun0"};
  route.rt_dst = address_of(REMOTE_NET);
  route.rt_genmask = address_of(REMOTE_MASK);
  must(ioctl(control, SIOCADDRT, &route) == 0, "SIOCADDRT");
  close(control);
}

static int make_network(void) {
  must(unshare(CLONE_NEWNET) == 0, "unshare(CLONE_NEWNET)");
  int tun = open_tun();
  configure();
  return tun;
}

/* The kernel's own stamps: every packet in both directions. */
static int open_stamps(void) {
  int stamps = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  must(stamps >= 0, "socket(AF_PACKET)");
  int on = 1;
  must(setsockopt(stamps, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0, "SO_TIMESTAMPNS");
  struct sockaddr_ll where = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
  int control = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {.ifr_name = "tun0"};
  must(ioctl(control, SIOCGIFINDEX, &request) == 0, "SIOCGIFINDEX");
  close(control);
  where.sll_ifindex = request.ifr_ifindex;
  must(bind(stamps, (struct sockaddr *)&where, sizeof where) == 0, "bind(AF_PACKET)");
  /* The kernel switches stamping on a while after it was asked for. */
  usleep(100000);
  return stamps;
}

/* The stamp of the next packet in this direction, on CLOCK_MONOTONIC; 0 when there is none. */
static int64_t next_stamp(int stamps, int outgoing, uint8_t *packet) {
  for (;;) {
    struct sockaddr_ll from;
    char control[64];
    struct iovec vector = {.iov_base = packet, .iov_len = 2048};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    if (recvmsg(stamps, &message, MSG_DONTWAIT) < 0) return 0;
    if ((from.sll_pkttype == PACKET_OUTGOING) != outgoing || packet[0] != 0x45) continue;
    struct timespec stamp;
    memcpy(&stamp, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof stamp);
    int64_t before = now(), wall = read_clock(CLOCK_REALTIME), after = now();
    return stamp.tv_sec * NS_PER_S + stamp.tv_nsec - wall + (before + after) / 2;
  }
}

/* --- packets ----------------------------------------------------------------------------------------------------- */

static uint32_t sum_words(const uint8_t *bytes, int length) {
  uint32_t sum = 0;
  for (int at = 0; at < length; at += 2) sum += bytes[at] << 8 | bytes[at + 1];
  return sum;
}

static void put_checksum(uint8_t *where, uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  where[0] = ~sum >> 8;
  where[1] = ~sum;
}

/* A TCP segment without options, from the remote side to the kernel under test. */
static void craft(uint8_t *packet, int source_port, int flags, uint32_t seq) {
  struct in_addr source, target;
  inet_pton(AF_INET, REMOTE, &source);
  inet_pton(AF_INET, LOCAL, &target);
  const uint8_t header[] = {0x45, 0, 0, PACKET_BYTES, 0, 0, 0, 0, 255, IPPROTO_TCP, 0, 0};
  memset(packet, 0, PACKET_BYTES);
  memcpy(packet, header, sizeof header);
  memcpy(packet + 12, &source, 4);
  memcpy(packet + 16, &target, 4);
  put_checksum(packet + 10, sum_words(packet, 20));
  uint8_t *tcp = packet + 20;
  uint16_t ports[] = {htons(source_port), htons(PORT)};
  uint32_t number = htonl(seq);
  memcpy(tcp, ports, 4);
  memcpy(tcp + 4, &number, 4);
  tcp[12] = 5 << 4;
  tcp[13] = flags;
  tcp[14] = 0xfa;
  put_checksum(tcp + 16, sum_words(packet + 12, 8) + IPPROTO_TCP + 20 + sum_words(tcp, 20));
}

/* --- the four measurements --------------------------------------------------------------------------------------- */

static int64_t first[MOST], second[MOST];

static void print_pairs(int count) {
  for (int index = 0; index < count; index++) printf("%lld %lld\n", (long long)first[index], (long long)second[index]);
}

static int measure_lateness(const char *file) {
  static int64_t offsets[MOST];
  FILE *stream = fopen(file, "r");
  must(stream != NULL, file);
  int count = 0;
  long long offset;
  while (count < MOST && fscanf(stream, "%lld", &offset) == 1) offsets[count++] = offset;
  int tun = make_network();
  int stamps = open_stamps();
  uint8_t packet[PACKET_BYTES], seen[2048];
  craft(packet, 40000, RST, 0);
  raise_scheduling();
  int64_t zero = now();
  for (int index = 0; index < count; index++) {
    int64_t due = zero + offsets[index];
    wait_until(due);
    int64_t started = now();
    must(write(tun, packet, sizeof packet) == sizeof packet, "write(tun)");
    first[index] = started - due;
    second[index] = next_stamp(stamps, 0, seen) - due;
  }
  return count;
}

static int measure_roundtrip(int count) {
  int tun = make_network();
  int stamps = open_stamps();
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  must(bind(listener, (struct sockaddr *)&any, sizeof any) == 0 && listen(listener, 128) == 0, "listen");
  uint8_t syn[PACKET_BYTES], rst[PACKET_BYTES], seen[2048];
  raise_scheduling();
  int64_t zero = now();
  for (int index = 0; index < count; index++) {
    craft(syn, 10000 + index, SYN, 0);
    craft(rst, 10000 + index, RST, 1);
    wait_until(zero + (index + 1) * ROUND_NS);
    int64_t started = now();
    must(write(tun, syn, sizeof syn) == sizeof syn, "write(tun)");
    /* The kernel's own IPv6 housekeeping leaves by the same device. */
    do seen[0] = 0;
    while (read(tun, seen, sizeof seen) < 0 || seen[0] != 0x45);
    must((seen[33] & (SYN | ACK)) == (SYN | ACK), "SYN+ACK");
    first[index] = now() - started;
    must(write(tun, rst, sizeof rst) == sizeof rst, "write(tun)");
    int64_t in = next_stamp(stamps, 0, seen), out = next_stamp(stamps, 1, seen);
    second[index] = out - in;
    while (next_stamp(stamps, 0, seen) != 0)
      ;
  }
  return count;
}

static int measure_setup(int count) {
  must(unshare(CLONE_NEWNET) == 0, "unshare(CLONE_NEWNET)");
  int home = open("/proc/thread-self/ns/net", O_RDONLY);
  for (int index = 0; index < count; index++) {
    int64_t started = now();
    int tun = make_network();
    int64_t made = now();
    /* The device stays until the kernel takes the network away, in the background. */
    ioctl(tun, TUNSETPERSIST, 1);
    close(tun);
    must(setns(home, CLONE_NEWNET) == 0, "setns");
    first[index] = made - started;
    second[index] = now() - made;
    usleep(20000);
  }
  return count;
}

/* Nothing is read: what the device does not hold is dropped. */
static int measure_flood(int count) {
  static uint8_t packets[UINT16_MAX][PACKET_BYTES];
  must(count <= UINT16_MAX - FIRST_PORT, "flood: too many");
  int tun = make_network();
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  must(bind(listener, (struct sockaddr *)&any, sizeof any) == 0 && listen(listener, 128) == 0, "listen");
  for (int index = 0; index < count; index++) craft(packets[index], FIRST_PORT + index, SYN, 0);
  raise_scheduling();
  int64_t started = now();
  for (int index = 0; index < count; index++)
    must(write(tun, packets[index], PACKET_BYTES) == PACKET_BYTES, "write(tun)");
  first[0] = now() - started;
  second[0] = count;
  return 1;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  const char *what = arguments[1], *argument = arguments[2];
  int measured = 0;
  if (strcmp(what, "lateness") == 0) measured = measure_lateness(argument);
  if (strcmp(what, "roundtrip") == 0) measured = measure_roundtrip(atoi(argument));
  if (strcmp(what, "setup") == 0) measured = measure_setup(atoi(argument));
  if (strcmp(what, "flood") == 0) measured = measure_flood(atoi(argument));
  print_pairs(measured);
  return measured > 0 ? 0 : 2;
}
