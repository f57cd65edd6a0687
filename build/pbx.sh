#!/usr/bin/env bash
# A real PBX for the tests: Asterisk 22 of Debian sid in a folder of its own, on
# addresses 127.x.y.0/24 alone. Nothing is installed into this machine but debootstrap.
#
#   pbx.sh make            make or complete the PBX; does nothing where it is complete
#   pbx.sh path            print its folder; fails where it is not complete
#   pbx.sh configure DIR N write a configuration into DIR, for the network N (as 127.64.1)
#   pbx.sh run DIR         run Asterisk in the foreground: the process is Asterisk itself
#   pbx.sh start DIR       run it in the background and wait until it has booted
#   pbx.sh stop DIR        stop what start has started
#   pbx.sh baresip DIR     run baresip in the foreground, as the telephone 103
#   pbx.sh test [ARGS]     make, then go test [ARGS] ./server/e2e/pbx
#   pbx.sh test-if-possible [ARGS]  the same; where no PBX can be made it says so and is
#                          content, except with CI=true
#
# The folder is ${XDG_CACHE_HOME:-~/.cache}/tsunagi/asterisk, or TSUNAGI_PBX. It is made
# from the Debian mirror that apt is set up with, or TSUNAGI_PBX_MIRROR.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${TSUNAGI_PBX:-${XDG_CACHE_HOME:-$HOME/.cache}/tsunagi/asterisk}
root=$cache/root
packages="asterisk asterisk-modules asterisk-core-sounds-en-wav baresip-core"
mounted=/srv/pbx # where the folder of a run stands inside the PBX's own root

say() { printf '%s\n' "$*" >&2; }
fail() { say "pbx.sh: $*"; exit 1; }

# To make the PBX: debootstrap asks for root.
as_root=()
if [ "$(id -u)" != 0 ]; then as_root=(sudo -n -E); fi

# apart runs a command in a mount namespace of its own: what is mounted there is gone
# with the process, however it ends. The process id stays the same.
apart() { "${as_root[@]}" unshare --mount --propagation private -- "$@"; }

complete() { [ "$(cat "$root/.packages" 2>/dev/null)" = "$packages" ]; }

# mirror prints the Debian mirror of this machine's apt.
mirror() {
  if [ -n "${TSUNAGI_PBX_MIRROR:-}" ]; then
    echo "$TSUNAGI_PBX_MIRROR"
    return
  fi
  # Without lists apt does not know an origin, but it knows the addresses.
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 2>/dev/null |
    awk '$1 != "Debian" && NF > 1 {next} {print $NF}' |
    grep -E '/debian/?$' | grep -v security | head -n 1
}

make_pbx() {
  complete && return
  [ "$(uname -s)" = Linux ] || fail "the PBX for the tests runs on Linux only"
  command -v apt-get >/dev/null || fail "no apt here: the PBX is made from a Debian mirror"
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || fail "making the PBX needs root, or sudo without a password"
  apart true 2>/dev/null || fail "this machine allows no mount namespaces, which the PBX needs"
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9 # another run may be making it
  complete && return
  command -v debootstrap >/dev/null || install_debootstrap
  local from
  from=$(mirror)
  [ -n "$from" ] || fail "apt knows no Debian mirror here: name one in TSUNAGI_PBX_MIRROR"
  if [ ! -e "$root/.bootstrapped" ]; then
    say "Making a Debian sid in $root (about 350 MB, some minutes)"
    "${as_root[@]}" rm -rf --one-file-system "$root"
    eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
    export http_proxy=${http_proxy:-}
    apart debootstrap --variant=minbase --include=ca-certificates sid "$root" "$from" >"$cache/debootstrap.log" 2>&1 ||
      fail "debootstrap did not succeed, see $cache/debootstrap.log: $(tail -n 1 "$cache/debootstrap.log")"
    "${as_root[@]}" touch "$root/.bootstrapped"
  fi
  say "Installing into it: $packages"
  apart "$here/pbx/install.sh" "$root" "$packages" >"$cache/install.log" 2>&1 ||
    fail "the packages could not be installed, see $cache/install.log: $(tail -n 1 "$cache/install.log")"
  say "The PBX is complete: $(version)"
}

install_debootstrap() {
  say "Installing by apt: debootstrap"
  { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap; } >"$cache/apt.log" 2>&1 ||
    fail "debootstrap could not be installed, see $cache/apt.log"
}

version() { "${as_root[@]}" chroot "$root" /usr/sbin/asterisk -V; }

need_pbx() {
  complete || fail "there is no complete PBX in $cache: run build/pbx.sh make"
  [ "$(id -u)" = 0 ] || fail "the PBX for the tests runs as root: it changes its root folder"
  apart true 2>/dev/null || fail "this machine allows no mount namespaces, which the PBX needs"
}

# configure DIR NETWORK: the templates name the documentation network 192.0.2.0/24.
configure() {
  local dir=$1 network=$2 file
  [[ $network =~ ^127\.[0-9]+\.[0-9]+$ ]] || fail "network $network: want the first three numbers of one in 127.0.0.0/8"
  mkdir -p "$dir"/{etc,baresip,db,keys,log,run,spool}
  for file in "$here"/pbx/*.conf; do
    sed "s/192\.0\.2\./$network./g" "$file" >"$dir/etc/${file##*/}"
  done
  for file in "$here"/pbx/baresip/*; do
    sed "s/192\.0\.2\./$network./g" "$file" >"$dir/baresip/${file##*/}"
  done
}

# enter DIR COMMAND...: becomes the command inside the PBX's root, with DIR mounted. It
# goes before others: a PBX that a busy machine keeps waiting loses keys of its own.
enter() {
  local dir
  dir=$(cd "$1" && pwd)
  shift
  need_pbx
  exec unshare --mount --propagation private -- sh -euc '
    root=$1 dir=$2 mounted=$3
    shift 3
    mkdir -p "$root$mounted"
    mount --bind "$dir" "$root$mounted"
    mount -t proc proc "$root/proc"
    exec nice -n -5 chroot "$root" "$@"' sh "$root" "$dir" "$mounted" "$@"
}

run() { enter "$1" /usr/sbin/asterisk -f -C "$mounted/etc/asterisk.conf"; }

baresip() { enter "$1" /usr/bin/baresip -f "$mounted/baresip"; }

suite() {
  make_pbx
  need_pbx
  cd "$here/.." && exec go test -race -shuffle=on -count=1 "$@" ./server/e2e/pbx/...
}

start() {
  local dir=$1 pid
  [ -e "$dir/etc/asterisk.conf" ] || fail "$dir has no configuration: run build/pbx.sh configure $dir NETWORK"
  "$here/pbx.sh" run "$dir" >"$dir/log/console" 2>&1 &
  pid=$!
  echo "$pid" >"$dir/pid"
  for _ in $(seq 300); do
    if grep -qs 'Asterisk Ready' "$dir/log/messages"; then return; fi
    kill -0 "$pid" 2>/dev/null || fail "Asterisk did not start: $(tail -n 3 "$dir/log/console")"
    sleep 0.1
  done
  stop "$dir"
  fail "Asterisk did not boot within 30 seconds, see $dir/log/messages"
}

stop() {
  local dir=$1 pid
  pid=$(cat "$dir/pid" 2>/dev/null) || fail "nothing was started from $dir"
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 100); do
    [ -d "/proc/$pid" ] || break
    sleep 0.1
  done
  kill -9 "$pid" 2>/dev/null || true
  rm -f "$dir/pid"
}

command=${1:-help}
shift || true
case $command in
  make) make_pbx ;;
  path) need_pbx; echo "$root" ;;
  configure | run | baresip | start | stop) "$command" "$@" ;;
  test) suite "$@" ;;
  test-if-possible)
    # A machine on which no PBX can be made leaves these tests out; CI may not.
    if [ "${CI:-}" != true ] && ! { "$here/pbx.sh" make && "$here/pbx.sh" path >/dev/null; }; then
      say "LEFT OUT, for the reason above: the calls through a real PBX."
      exit 0
    fi
    suite "$@"
    ;;
  *) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" ; [ "$command" = help ] ;;
esac
