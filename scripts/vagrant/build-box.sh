#!/bin/bash
# Builds a box for Vagrant's libvirt provider out of Debian's packages, with everything in it that specs need, so that
# `vagrant up` needs no network. Its kernel is booted directly: there is no boot loader in the box.
#
# usage: build-box.sh BOX-FILE [SUITE [KERNEL-SUITE]]     (as root; trixie, and the kernel of the same suite)
# needs: mmdebstrap qemu-img mkfs.ext4 vagrant (Debian: mmdebstrap qemu-utils e2fsprogs vagrant)
set -euo pipefail

box=$(realpath -m "${1:?usage: build-box.sh BOX-FILE [SUITE [KERNEL-SUITE]]}")
suite=${2:-trixie}
kernel_suite=${3:-$suite}
tree=$(realpath "$(dirname "$0")/../..")
mirror=${PACKETSPEC_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 '/debian/*$')}
disk_gb=4

for program in mmdebstrap qemu-img mkfs.ext4; do
  command -v "$program" >/dev/null || { echo "build-box: $program is missing; on Debian: apt-get install mmdebstrap qemu-utils e2fsprogs" >&2; exit 3; }
done
# The key that Vagrant brings, and replaces at the first start.
key=$(find /usr/share /opt/vagrant -path '*/keys/vagrant.pub' 2>/dev/null | head -1 || true)
[ -n "$key" ] || { echo "build-box: vagrant is missing, whose key the box must know; on Debian: apt-get install vagrant" >&2; exit 3; }
[ "$(id -u)" = 0 ] || { echo "build-box: must be run as root" >&2; exit 3; }

work=$(mktemp -d "${TMPDIR:-/tmp}/packetspec-box-XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

packages=(systemd-sysv systemd-resolved udev openssh-server sudo rsync iproute2 procps util-linux nodejs python3
  net-tools nginx-light apache2-utils)
sources=("deb $mirror $suite main")
[ "$kernel_suite" = "$suite" ] || sources+=("deb $mirror $kernel_suite main")

mmdebstrap --variant=minbase --format=directory --include="$(IFS=,; echo "${packages[*]}")" \
  --aptopt='APT::Install-Recommends "false"' \
  --customize-hook="chroot \"\$1\" apt-get install --yes --no-install-recommends linux-image-cloud-amd64/$kernel_suite initramfs-tools" \
  "$suite" "$root" "${sources[@]}"

# The user that Vagrant logs in as.
install -d -m 700 "$root/etc/skel/.ssh"
install -m 600 "$key" "$root/etc/skel/.ssh/authorized_keys"
chroot "$root" useradd --create-home --shell /bin/bash vagrant
rm -r "$root/etc/skel/.ssh"
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' > "$root/etc/sudoers.d/vagrant"
echo 'UseDNS no' >> "$root/etc/ssh/sshd_config"
echo '/dev/vda / ext4 defaults,noatime 0 1' > "$root/etc/fstab"
cat > "$root/etc/systemd/network/99-dhcp.network" <<NETWORK
[Match]
Name=en* eth*
[Network]
DHCP=yes
NETWORK
chroot "$root" systemctl enable systemd-networkd
chroot "$root" systemctl disable nginx

# The modules of this tree, where Debian's Node can load them: else the first start installs them, from the network.
if [ -d "$tree/node_modules" ]; then
  mkdir -p "$root/opt/packetspec"
  cp -a "$tree/node_modules" "$root/opt/packetspec/"
  if ! (cd / && chroot "$root" node -e "process.chdir('/opt/packetspec'); for (const name of ['koffi', 'raw-socket']) require('/opt/packetspec/node_modules/' + name)"); then
    echo "build-box: the modules of this tree do not load in the box; vagrant up will install its own" >&2
    rm -rf "$root/opt/packetspec/node_modules"
  fi
fi

kernel=$(cd "$root/boot" && echo vmlinuz-*)
release=${kernel#vmlinuz-}
cp "$root/boot/vmlinuz-$release" "$work/vmlinuz"
cp "$root/boot/initrd.img-$release" "$work/initrd.img"
rm -rf "$root/var/cache/apt/archives" "$root/boot"/*

mkfs.ext4 -q -d "$root" "$work/disk.raw" "${disk_gb}G"
qemu-img convert -O qcow2 "$work/disk.raw" "$work/box.img"
echo "{ \"provider\": \"libvirt\", \"format\": \"qcow2\", \"virtual_size\": $disk_gb }" > "$work/metadata.json"
cat > "$work/Vagrantfile" <<'VAGRANTFILE'
Vagrant.configure('2') do |config|
  config.vm.provider :libvirt do |libvirt|
    libvirt.kernel = File.join(__dir__, 'vmlinuz')
    libvirt.initrd = File.join(__dir__, 'initrd.img')
    libvirt.cmd_line = 'root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet'
    libvirt.graphics_type = 'none'
    libvirt.video_type = 'none'
  end
end
VAGRANTFILE
mkdir -p "$(dirname "$box")"
tar -C "$work" -czf "$box" metadata.json Vagrantfile box.img vmlinuz initrd.img
echo "$box: Linux $release; vagrant box add --name packetspec/NAME $box"
