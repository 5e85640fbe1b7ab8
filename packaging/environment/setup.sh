#!/usr/bin/env bash
# Make the development environment: .venv with the locked packages and this checkout.
#
# Usage: setup.sh [PYTHON]    run from the root of the checkout
set -euo pipefail

here=${BASH_SOURCE[0]%/*}
venv=.venv
export PIP_DISABLE_PIP_VERSION_CHECK=1

is_recent() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in "$@" python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$candidate" >/dev/null && is_recent "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo "Doublet needs Python 3.11 or newer, and none was found. Install one, or name it:" >&2
    echo "    make setup PYTHON=/path/to/python3" >&2
    exit 1
}

# Its scripts name the folder that they were installed in.
if [ -f "$venv/ready" ] && [ "$(cat "$venv/ready")" != "$(pwd -P)" ]; then
    echo "The checkout was moved: $venv is made anew"
    rm -rf "$venv"
fi

if ! { is_recent "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    python=$(find_python "$@")
    # Debian keeps what the venv module needs in a package of its own.
    if ! "$python" -m ensurepip --version >/dev/null 2>&1; then
        bash "$here/system.sh" venv
    fi
    if ! "$python" -m ensurepip --version >/dev/null 2>&1; then
        echo "$python cannot make a virtual environment: its module ensurepip is missing." >&2
        exit 1
    fi
    echo "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

echo "Installing the locked packages into $venv"
"$venv/bin/python" -m pip install --quiet --require-hashes --requirement requirements/dev.txt
"$venv/bin/python" -m pip install --quiet --no-deps --no-build-isolation --editable .
