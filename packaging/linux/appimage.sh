#!/usr/bin/env bash
# Pack the built bundle as an AppImage, with the tool that AppImage publishes for it.
set -euo pipefail
cd "$(dirname "$0")/../.."

tool=build/appimagetool
folder=build/AppDir
architecture=$(uname -m)
version=$(PYTHONPATH=. python3 -c "from xps.version import __version__; print(__version__)")

if [ ! -x "$tool" ]; then
    curl --fail --silent --show-error --location --output "$tool" \
        "https://github.com/AppImage/appimagetool/releases/download/1.9.0/appimagetool-$architecture.AppImage"
    chmod +x "$tool"
fi

rm -rf "$folder"
cp -r build/bundle/dist/doublet "$folder"
rm "$folder/register.sh"
mkdir "$folder/usr"
mv "$folder/share" "$folder/usr/share"
cp "$folder/usr/share/applications/doublet.desktop" "$folder/"
cp "$folder/usr/share/icons/hicolor/scalable/apps/doublet.svg" "$folder/"
ln -s doublet "$folder/AppRun"
# Without FUSE, as in containers.
ARCH=$architecture APPIMAGE_EXTRACT_AND_RUN=1 "$tool" "$folder" \
    "dist/doublet-$version-linux-$architecture.AppImage"
