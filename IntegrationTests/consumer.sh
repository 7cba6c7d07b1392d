#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs a package that depends on this one by version, as other people's packages do: what the working tree
# holds is tagged 9.9.9 in a repository of its own. PKG_CONFIG_PATH has to lead to libtorch.pc (make sets it).
# That library targets have no unsafe flags is checked by itself: SwiftPM refuses them in a dependency only below tools
# version 6.2.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/mumic-consumer.XXXXXX")
trap 'rm -rf "$work"' EXIT

mkdir "$work/mumic"
cp -R Package.swift Sources Tests "$work/mumic/"
git() { command git -C "$work/mumic" -c init.defaultBranch=main -c user.name=test -c user.email=test@localhost \
    -c commit.gpgSign=false -c tag.gpgSign=false -c core.hooksPath=/dev/null -c advice.detachedHead=false "$@"; }
git init -q
git add --all
git commit -q -m 9.9.9
git tag 9.9.9

swift package --scratch-path "$work/description" dump-package >"$work/package.json"
python3 - "$work/package.json" <<'PYTHON'
import json, sys
with open(sys.argv[1]) as file:
    targets = [t for t in json.load(file)["targets"] if t["type"] in ("regular", "system")]
unsafe = [t["name"] for t in targets for setting in t["settings"] if "unsafeFlags" in setting["kind"]]
if unsafe or not targets:
    sys.exit(f"error: library targets with unsafe flags: {unsafe}")
PYTHON

cp -R IntegrationTests/consumer "$work/consumer"
rm -rf "$work/consumer/.build"
cd "$work/consumer"
export MUMIC_REPOSITORY="file://$work/mumic"
# A cache of its own, since the temporary repository is not to stay in the user's, begun with what this checkout has.
mkdir "$work/cache"
[ ! -d "$root/.build/repositories" ] || cp -R "$root/.build/repositories" "$work/cache/"
swift build -c debug --product consumer --cache-path "$work/cache" --security-path "$work/security"

libtorch=$(pkg-config --variable=prefix libtorch)/lib
result=$(LD_LIBRARY_PATH="$libtorch${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" .build/debug/consumer)
printf '%s\n' "$result"
grep -q '^consumer: libtorch ' <<<"$result"
