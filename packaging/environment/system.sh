#!/usr/bin/env bash
# Install the system packages that Doublet needs on Debian and its kin, as root; else name them.
#
# Usage: system.sh GROUP...    where GROUP is qt, xvfb, venv or bundle
set -euo pipefail

packages_of() {
    case "$1" in
        qt)
            # A PySide6 wheel brings Qt, but not what Qt itself links to or the X plugin opens.
            echo libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfontconfig1 libfreetype6 libdbus-1-3
            echo libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0
            echo fonts-dejavu-core
            ;;
        xvfb) echo xvfb xauth ;;
        venv) echo python3-venv ;;
        bundle) echo binutils ;;
        *)
            echo "system.sh: unknown group '$1' (known: qt, xvfb, venv, bundle)" >&2
            exit 2
            ;;
    esac
}

is_installed() {
    # Debian 13 and Ubuntu 24.04 renamed some libraries: libglib2.0-0 became libglib2.0-0t64.
    dpkg -s "$1" 2>/dev/null | grep -q '^Status: install ok installed$' ||
        dpkg -s "$1t64" 2>/dev/null | grep -q '^Status: install ok installed$'
}

if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    exit 0
fi

missing=()
for group in "$@"; do
    packages=$(packages_of "$group")
    for package in $packages; do
        is_installed "$package" || missing+=("$package")
    done
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
    echo "Doublet needs system packages that only an administrator can install. Type:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y ${missing[*]}" >&2
    exit 0
fi

echo "Installing system packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if ! log=$({ apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } 2>&1)
then
    printf '%s\n' "$log" "The system packages could not be installed. Try again with:" >&2
    echo "    apt-get update && apt-get install -y ${missing[*]}" >&2
fi
