#!/bin/sh
# Makes a machine ready to run specs: Node, what `npm start` needs, the build, and the command `packetspec`.
# Does nothing twice, so a box that brings everything needs no network.
# usage: provision.sh TREE
set -eu
tree=$1
export DEBIAN_FRONTEND=noninteractive

if ! command -v node >/dev/null; then
  apt-get update -qq
  apt-get install -qq --yes --no-install-recommends nodejs npm
fi

cd "$tree"
node scripts/bootstrap.js
node bin/packetspec.js --version

# Specs are run as root, under SCHED_FIFO. In /usr/bin, which is also in the PATH of `vagrant ssh -c`.
cat > /usr/bin/packetspec <<COMMAND
#!/bin/sh
exec sudo node $tree/bin/packetspec.js "\$@"
COMMAND
chmod 755 /usr/bin/packetspec

# `vagrant ssh -c 'packetspec run specs/'` begins in the tree.
echo "[ \"\$PWD\" != \"\$HOME\" ] || cd $tree" > /etc/profile.d/packetspec.sh
