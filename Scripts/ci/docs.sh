#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Scripts/ci/docs.sh BUILD FOLDER: the articles of docs/mumic.docc and the libraries' doc comments as one DocC archive in
# FOLDER; called by make docs. BUILD is the folder of an up-to-date build, .build/release. A link that leads nowhere
# fails.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-.build/release}
archive=${2:-.build/docs}
graphs=$build/symbol-graphs

# What comes with Swift lies beside it.
tool() { command -v "$1" || printf '%s/%s\n' "$(dirname "$(readlink -f "$(command -v swift)")")" "$1"; }
extract=$(tool swift-symbolgraph-extract)
docc=$(tool docc)
architecture=$(uname -m)

# The modules of the C targets have their maps where they were built, those of dependencies beside their headers.
includes=()
for map in "$build"/*.build/module.modulemap Sources/*/module.modulemap .build/checkouts/*/Sources/*/include/module.modulemap \
    .build/checkouts/GRDB.swift/Sources/GRDBSQLite/module.modulemap; do
    [ ! -f "$map" ] || includes+=(-I "$(dirname "$map")")
done

rm -rf "$graphs"
mkdir -p "$graphs"
for module in $(sed -n 's/^ *\.library(name: "\([A-Za-z]*\)".*/\1/p' Package.swift); do
    "$extract" -module-name "$module" -I "$build/Modules" "${includes[@]}" \
        -target "$architecture-unknown-linux-gnu" -output-dir "$graphs" -minimum-access-level public \
        -skip-synthesized-members || {
        printf 'error: no symbols of %s; build first: make build\n' "$module" >&2
        exit 1
    }
done

rm -rf "$archive"
"$docc" convert docs/mumic.docc --additional-symbol-graph-dir "$graphs" --output-path "$archive" \
    --fallback-display-name MuMIC --fallback-bundle-identifier mumic --warnings-as-errors
printf 'the documentation is in %s; look at it with: python3 -m http.server -d %s, at /documentation/mumic\n' \
    "$archive" "$archive" >&2
