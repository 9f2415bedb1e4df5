#!/bin/bash
# Proves the Vagrantfile with the real vagrant, the real libvirt and a box of our own, beside nobody's: builds the box, and in a
# private libvirt brings the machine up, runs specs in it in both ways, and destroys it. As root.
#
# usage: proof.sh STATE-FOLDER [PATHS...]     (default: specs/accept-queue specs/watching)
set -euo pipefail
here=$(realpath "$(dirname "$0")")
state=$(realpath -m "${1:?usage: proof.sh STATE-FOLDER [PATHS...]}")
shift
[ $# -gt 0 ] || set -- specs/accept-queue specs/watching
cd "$here/../.."
mkdir -p "$state"
[ -f "$state/debian-13.box" ] || "$here/build-box.sh" "$state/debian-13.box"
cat > "$state/machines.json" <<'TABLE'
[
  { "name": "local", "box": "packetspec/debian-13", "memory": 1024 },
  { "name": "harness", "box": "packetspec/debian-13", "memory": 768, "cpus": 1, "address": "192.168.56.10" },
  { "name": "target", "box": "packetspec/debian-13", "memory": 768, "cpus": 1, "address": "192.168.56.11" }
]
TABLE
export PACKETSPEC_MACHINES=$state/machines.json VAGRANT_DOTFILE_PATH=$state/dot
"$here/private-libvirt.sh" "$state" bash -euxc '
  trap "vagrant destroy -f" EXIT
  vagrant box list | grep -q packetspec/debian-13 || vagrant box add --name packetspec/debian-13 "$0/debian-13.box"
  time vagrant up
  time vagrant ssh -c "packetspec run --jobs 2 --tolerance 500ms $*" || true
  time node bin/packetspec.js run --vagrant --jobs 2 --tolerance 500ms --trace "$0/traces" --reporter console --reporter "json=$0/report.json" "$@"
' "$state" "$@"
