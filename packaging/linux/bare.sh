#!/usr/bin/env bash
# Run the packed bundle in a Debian that has nothing but itself, libgl1 and libegl1: no Python, no
# fonts. Needs root, debootstrap, Xvfb, and Debian's archive at the first run.
#
# Usage: bare.sh BUNDLE.tar.gz [SUITE]    the results are in build/bare
set -euo pipefail
cd "$(dirname "$0")/../.."

packed=$1
suite=${2:-bookworm}
built=$PWD/build/bare
root=$built/$suite
out=/tmp/out
display=:97

if [ "$(id -u)" -ne 0 ]; then
    echo "bare.sh: only root may make another root" >&2
    exit 2
fi
mkdir -p "$built"
if [ ! -f "$root/made" ]; then
    rm -rf "$root"
    debootstrap --variant=minbase "$suite" "$root" >"$built/debootstrap.log"
    chroot "$root" apt-get install -y --no-install-recommends libgl1 libegl1 \
        >>"$built/debootstrap.log" 2>&1
    touch "$root/made"
fi

for absent in python3 python fc-list; do
    if chroot "$root" sh -c "command -v $absent" >/dev/null; then
        echo "bare.sh: this root is not bare: it has $absent" >&2
        exit 1
    fi
done
if find "$root/usr/share/fonts" "$root/usr/local/share/fonts" -type f 2>/dev/null | grep -q .; then
    echo "bare.sh: this root is not bare: it has fonts" >&2
    exit 1
fi

rm -rf "$root/opt/doublet" "$root$out"
mkdir -p "$root/opt/doublet" "$root$out" "$root/tmp/.X11-unix"
tar -xzf "$packed" -C "$root/opt/doublet" --strip-components=1
chmod 777 "$root$out"

Xvfb "$display" -screen 0 1366x768x24 -ac -nolisten tcp 2>"$built/xvfb.log" &
xvfb=$!
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev/shm"
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
trap 'kill $xvfb; umount "$root/tmp/.X11-unix" "$root/dev/shm" "$root/proc"' EXIT

# As nobody; what is written stays in the root.
as_nobody="chroot --userspec=65534:65534 $root"
for window in offscreen "$display"; do
    shown=()
    [ "$window" = offscreen ] || shown=(--display "$window")
    echo "In a bare $suite, window on $window:"
    PYTHONPATH=.:packaging "${PYTHON:-python3}" -m bundle.smoke /opt/doublet/doublet \
        --prefix "$as_nobody" --root "$root" --out "$out/${window#:}" "${shown[@]}"
done
rm -rf "$built/results"
cp -r "$root$out" "$built/results"
echo "Pictures, figures and reports: build/bare/results"
