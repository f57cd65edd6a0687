#!/usr/bin/env bash
# Installs packages into the PBX's root; called by pbx.sh in a mount namespace of its
# own. May be broken off and called again.
set -euo pipefail
root=$1 packages=$2

cp -L /etc/resolv.conf "$root/etc/resolv.conf"
# How this machine reaches its mirror (a proxy, dates that are not to be checked).
apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/10-of-the-host"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no services are started
chmod +x "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"

inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
inside dpkg --configure -a
inside apt-get update
# The list is ours, one word a package.
# shellcheck disable=SC2086
inside apt-get install -y --no-install-recommends $packages
inside apt-get clean
echo "$packages" >"$root/.packages"
