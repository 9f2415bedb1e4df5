#!/bin/sh
# Lets machines that share a network know each other: their names, and a key with which their users log in to each other.
# Takes from its environment, in base64: HOSTS, lines of /etc/hosts; KEY and PUBLIC_KEY, of ssh.
set -eu
mark='# packetspec'
sed -i "/$mark\$/d" /etc/hosts
printf %s "$HOSTS" | base64 -d | sed "s/\$/ $mark/" >> /etc/hosts

folder=~vagrant/.ssh
printf %s "$KEY" | base64 -d > "$folder/id_ed25519"
public=$(printf %s "$PUBLIC_KEY" | base64 -d)
grep -qxF "$public" "$folder/authorized_keys" || echo "$public" >> "$folder/authorized_keys"
printf 'Host *\n  StrictHostKeyChecking accept-new\n' > "$folder/config"
chmod 600 "$folder/id_ed25519" "$folder/config"
chown vagrant: "$folder/id_ed25519" "$folder/config"
