#!/usr/bin/env bash
# Write requirements/*.txt: every package of the development environment and of the bundle's, for
# every platform and Python version, with its hashes. Run from the root of the checkout.
set -euo pipefail

tools=build/lock
if [ ! -x "$tools/bin/uv" ]; then
    .venv/bin/python -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet 'uv>=0.9,<1'
fi

lock() {
    # The options keep the file free of any index's address, and of what this machine configures.
    "$tools/bin/uv" pip compile pyproject.toml --extra "$1" \
        --universal --python-version 3.11 --generate-hashes --no-config \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        --output-file "requirements/$1.txt" --quiet "${@:2}"
}

lock dev "$@"
# What is bundled is what was tested.
lock bundle --constraint requirements/dev.txt "$@"
