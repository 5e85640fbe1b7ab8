#!/bin/sh
# Put Doublet into the menu of this user and open .doublet files with it; --remove undoes that.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
share=${XDG_DATA_HOME:-$HOME/.local/share}

(cd "$here/share" && find . -type f) | while read -r file; do
    if [ "${1:-}" = "--remove" ]; then
        rm -f "$share/$file"
    else
        mkdir -p "$share/$(dirname "$file")"
        cp "$here/share/$file" "$share/$file"
    fi
done
if [ "${1:-}" != "--remove" ]; then
    sed -i "s|^Exec=doublet|Exec=\"$here/doublet\"|" "$share/applications/doublet.desktop"
fi

if command -v update-mime-database >/dev/null; then
    mkdir -p "$share/mime/packages"
    update-mime-database "$share/mime"
fi
if command -v update-desktop-database >/dev/null; then
    update-desktop-database "$share/applications"
fi
