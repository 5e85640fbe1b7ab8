#!/usr/bin/env bash
# Run the bundle without any network, and see that it asks for none: every socket that it opens is
# one of this machine (AF_UNIX), as X servers and session buses have them. Needs strace.
#
# Usage: offline.sh PROGRAM    the log is build/offline/sockets
set -euo pipefail
cd "$(dirname "$0")/../.."

program=$(realpath "$1")
built=$PWD/build/offline
log=$built/sockets
rm -rf "$built"
mkdir -p "$built"

without_network="unshare -n"
[ "$(id -u)" -eq 0 ] || without_network="unshare -rn"
trace="strace -f -qq -A -o $log -e trace=socket,socketpair,connect,bind,sendto"

Xvfb :96 -screen 0 1366x768x24 -ac -nolisten tcp 2>"$built/xvfb.log" &
xvfb=$!
trap 'kill $xvfb' EXIT

for window in offscreen :96; do
    shown=()
    [ "$window" = offscreen ] || shown=(--display "$window")
    echo "Without a network, window on $window:"
    PYTHONPATH=.:packaging "${PYTHON:-python3}" -m bundle.smoke "$program" \
        --prefix "$trace $without_network" --out "$built/${window#:}" "${shown[@]}"
done

calls=$(grep -c 'socket(' "$log" || true)
if ! grep -q 'socket(AF_UNIX' "$log"; then
    echo "offline.sh: not even the X server was called: strace saw nothing" >&2
    exit 1
fi
if grep -E 'socket\(' "$log" | grep -v 'socket(AF_UNIX'; then
    echo "offline.sh: these sockets go out of this machine" >&2
    exit 1
fi
echo "Of $calls sockets, all were AF_UNIX:"
grep -o 'connect([^)]*AF_UNIX[^}]*}' "$log" | sed 's/.*sun_path=//' | sort | uniq -c
