#!/bin/bash
# Runs a command beside a libvirtd of its own, in private mount, process and network namespaces: what libvirt makes of
# bridges, firewall rules, sysctls and sockets is seen by nobody else, and is gone when the command ends. So
# `vagrant up` and whatever follows belong into one command:
#
#     private-libvirt.sh STATE-FOLDER sh -c 'vagrant up && npx packetspec run --vagrant specs/; vagrant destroy -f'
#
# The state folder keeps boxes and disks (VAGRANT_HOME, /var/lib/libvirt). As root. There is no KVM inside.
# needs: libvirtd qemu-system-x86_64 dnsmasq iptables (Debian: libvirt-daemon-system qemu-system-x86 dnsmasq-base iptables)
set -euo pipefail

if [ "${1:-}" != --inside ]; then
  state=$(realpath -m "${1:?usage: private-libvirt.sh STATE-FOLDER COMMAND...}")
  shift
  [ "$(id -u)" = 0 ] || { echo "private-libvirt: must be run as root" >&2; exit 3; }
  [ $# -gt 0 ] || { echo "private-libvirt: a command is wanted" >&2; exit 3; }
  for program in libvirtd qemu-system-x86_64 dnsmasq iptables; do
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || { echo "private-libvirt: $program is missing; on Debian: apt-get install libvirt-daemon-system qemu-system-x86 dnsmasq-base iptables" >&2; exit 3; }
  done
  exec unshare --mount --net --pid --fork --kill-child --mount-proc -- "$(realpath "$0")" --inside "$state" "$@"
fi

state=$2
shift 2

# /run and /dev with nothing in them that leads to the rest of the machine.
mkdir -p "$state"/{vagrant.d,libvirt,cache}
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/dev
mount -t tmpfs -o mode=755 tmpfs /run/dev
mkdir /run/dev/{net,pts,shm}
for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0' 'net/tun 10 200'; do
  read -r name major minor <<< "$node"
  mknod -m 666 "/run/dev/$name" c "$major" "$minor"
done
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts /run/dev/pts
mount -t tmpfs tmpfs /run/dev/shm
ln -s pts/ptmx /run/dev/ptmx
ln -s /proc/self/fd /run/dev/fd
ln -s /proc/self/fd/0 /run/dev/stdin
ln -s /proc/self/fd/1 /run/dev/stdout
ln -s /proc/self/fd/2 /run/dev/stderr
mount --move /run/dev /dev
mount --bind "$state/libvirt" /var/lib/libvirt
mount --bind "$state/cache" /var/cache/libvirt
mount -t tmpfs tmpfs /var/log/libvirt

# The network of libvirt that comes with the package, the drivers of firewalls, and a QEMU without the confinements that need a whole system.
cp -a /etc/libvirt /run/etc-libvirt
mount --bind /run/etc-libvirt /etc/libvirt
rm -f /etc/libvirt/qemu/networks/autostart/*
cat > /etc/libvirt/qemu.conf <<CONF
security_driver = "none"
user = "root"
group = "root"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
remember_owner = 0
CONF
cat > /etc/libvirt/libvirtd.conf <<CONF
unix_sock_group = "root"
auth_unix_ro = "none"
auth_unix_rw = "none"
CONF
ip link set lo up
mkdir -p /var/lib/libvirt/{images,qemu,dnsmasq,boot,network}
libvirtd > /run/libvirtd.log 2>&1 &
for _ in $(seq 100); do
  [ -S /run/libvirt/libvirt-sock ] && virsh -c qemu:///system version > /dev/null 2>&1 && break
  sleep 0.1
done
virsh -c qemu:///system version > /dev/null || { echo "private-libvirt: libvirtd does not answer:" >&2; cat /run/libvirtd.log >&2; exit 3; }

export VAGRANT_HOME=$state/vagrant.d VAGRANT_DEFAULT_PROVIDER=libvirt
set +e
"$@"
