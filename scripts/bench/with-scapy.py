"""
What Scapy reaches on a TUN device of its own, in the private network that it is started in.

  with-scapy.py roundtrip N   N times SYN, SYN+ACK (sr1), RST; prints nanoseconds per round trip, one line each
  with-scapy.py flood N       N SYNs, made beforehand, each from a port of its own; prints nanoseconds for all of them
"""
import logging
import socket
import subprocess
import sys
import time

logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import IP, TCP, TunTapInterface  # noqa: E402

LOCAL, REMOTE, PORT = "192.168.0.1", "192.0.2.1", 8080


def segment(port, flags, seq=0):
    return IP(src=REMOTE, dst=LOCAL) / TCP(sport=port, dport=PORT, flags=flags, seq=seq)


def main(what, count):
    tun = TunTapInterface("tun0", mode_tun=True)
    for command in (f"addr add {LOCAL}/16 dev tun0", "link set tun0 up", "route add 192.0.2.0/24 dev tun0"):
        subprocess.check_call(["ip", *command.split()])
    listener = socket.socket()
    listener.bind((LOCAL, PORT))
    listener.listen(128)
    if what == "flood":
        packets = [segment(1024 + index, "S") for index in range(count)]
        started = time.monotonic_ns()
        for packet in packets:
            tun.send(packet)
        print(time.monotonic_ns() - started)
        return
    for index in range(count):
        syn = segment(1024 + index, "S")
        started = time.monotonic_ns()
        answer = tun.sr1(syn, verbose=0, timeout=5)
        print(time.monotonic_ns() - started)
        assert answer is not None and answer[TCP].flags == "SA", answer
        tun.send(segment(1024 + index, "R", 1))


main(sys.argv[1], int(sys.argv[2]))
