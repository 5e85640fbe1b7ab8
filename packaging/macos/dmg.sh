#!/usr/bin/env bash
# Pack Doublet.app as a disk image; macOS has all that it takes.
#
# Usage: dmg.sh VERSION    writes dist/doublet-VERSION-macos-ARCHITECTURE.dmg
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$1
image=dist/doublet-$version-macos-$(uname -m).dmg
staged=build/bundle/dmg

rm -rf "$staged" "$image"
mkdir -p "$staged" dist
cp -R build/bundle/dist/Doublet.app "$staged/"
ln -s /Applications "$staged/Applications"
cp LICENSE "$staged/"
# Signed by nobody in particular, which Apple silicon asks for at least.
codesign --force --deep --sign - "$staged/Doublet.app"
hdiutil create -volname "Doublet $version" -srcfolder "$staged" -format UDZO "$image"
