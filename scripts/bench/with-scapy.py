"""
What Scapy reaches, in the private network that it is started in.

  with-scapy.py roundtrip N   N times SYN, SYN+ACK (sr1), RST on a TUN device; prints nanoseconds per round trip, a line each
  with-scapy.py flood N       N SYNs to a listener with cookies, each from a port of its own, in each of three ways; prints
                              nanoseconds for all of them, a line each:
                              - send() of a list, as Scapy's users do, over a pair of Ethernet devices
                              - packets made beforehand, each given to the TUN device
                              - packets made beforehand and dissected again, so that Scapy only copies their bytes, which
                                is the fastest that it can do
"""
import ctypes
import logging
import os
import socket
import subprocess
import sys
import time

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import IP, TCP, TunTapInterface, conf, raw, send  # noqa: E402
from scapy.layers.tuntap import LinuxTunPacketInfo  # noqa: E402

LOCAL, REMOTE, PORT, BACKLOG = "192.168.0.1", "192.0.2.1", 8080, 128
NEAR = "192.168.1.1"


def segment(port, flags, seq=0):
    return IP(src=REMOTE, dst=LOCAL) / TCP(sport=port, dport=PORT, flags=flags, seq=seq)


def syns(count):
    return [segment(1024 + index, "S") for index in range(count)]


def ip(*commands):
    for command in commands:
        subprocess.check_call(["ip", *command.split()])


def listen():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOCAL, PORT))
    listener.listen(BACKLOG)
    return listener


def cookies():
    """TcpExt.SyncookiesSent: every SYN must have arrived."""
    with open("/proc/thread-self/net/netstat") as table:
        names, values = (line.split() for line in table.read().split("\n")[:2])
    return int(values[names.index("SyncookiesSent")])


def timed(count, action, before=0):
    started = time.monotonic_ns()
    action()
    took = time.monotonic_ns() - started
    sent = cookies() - before
    # Those that have none are in the queue.
    assert sent >= count - 2 * BACKLOG, f"{sent} cookies for {count} SYNs"
    print(took, flush=True)


def open_tun():
    tun = TunTapInterface("tun0", mode_tun=True)
    ip(f"addr add {LOCAL}/16 dev tun0", "link set tun0 up", "route add 192.0.2.0/24 dev tun0")
    return tun


def round_trips(count):
    tun = open_tun()
    listener = listen()
    for index in range(count):
        syn = segment(1024 + index, "S")
        started = time.monotonic_ns()
        answer = tun.sr1(syn, verbose=0, timeout=5)
        print(time.monotonic_ns() - started)
        assert answer is not None and answer[TCP].flags == "SA", answer
        tun.send(segment(1024 + index, "R", 1))
    listener.close()


def flood_by_send(count):
    """The listener is in a network of its own; nobody answers its SYN+ACKs."""
    to_child, from_parent = os.pipe()
    to_parent, from_child = os.pipe()
    child = os.fork()
    if child == 0:
        unshare_network()
        os.write(from_child, b".")
        os.read(to_child, 1)
        ip("link set lo up", f"addr add {LOCAL}/16 dev eth0", "link set eth0 up", "route add 192.0.2.0/24 dev eth0")
        ip("neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0")
        listener = listen()
        os.write(from_child, b".")
        os.read(to_child, 1)
        sent = cookies()
        os._exit(0 if sent >= count - 2 * BACKLOG else 1)
    os.read(to_parent, 1)
    ip(f"link add near address 02:00:00:00:00:01 type veth peer name eth0 netns {child}", f"addr add {NEAR}/16 dev near")
    ip("link set near up")
    os.write(from_parent, b".")
    os.read(to_parent, 1)
    time.sleep(0.5)
    conf.ifaces.reload()
    conf.route.resync()
    packets = syns(count)
    send(packets[:1], verbose=0)
    started = time.monotonic_ns()
    send(packets, verbose=0)
    took = time.monotonic_ns() - started
    os.write(from_parent, b".")
    assert os.waitpid(child, 0)[1] == 0, "the SYNs have not arrived"
    print(took, flush=True)


def unshare_network():
    # Before Python 3.12 there is no os.unshare().
    assert ctypes.CDLL(None, use_errno=True).unshare(0x40000000) == 0, "unshare(CLONE_NEWNET)"


def flood(count):
    flood_by_send(count)
    # It goes with the other network, some time.
    subprocess.call(["ip", "link", "del", "near"], stderr=subprocess.DEVNULL)
    tun = open_tun()
    listener = listen()
    packets = syns(count)
    timed(count, lambda: [tun.send(packet) for packet in packets])
    listener.close()
    listener, before = listen(), cookies()
    dissected = [LinuxTunPacketInfo(raw(LinuxTunPacketInfo() / packet)) for packet in packets]
    timed(count, lambda: [tun.send(packet) for packet in dissected], before)
    listener.close()


{"roundtrip": round_trips, "flood": flood}[sys.argv[1]](int(sys.argv[2]))
