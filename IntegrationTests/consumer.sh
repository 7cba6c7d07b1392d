#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs a package that depends on this one by version, as other people's packages do: what the working tree
# holds is tagged 9.9.9 in a repository of its own. PKG_CONFIG_PATH has to lead to libtorch.pc (make sets it).
# Checked by themselves: that library targets have no unsafe flags, which SwiftPM refuses in a dependency only below
# tools version 6.2, and that some of them do without libtorch.
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
    targets = {target["name"]: target for target in json.load(file)["targets"]}
libraries = [target for target in targets.values() if target["type"] in ("regular", "system")]
unsafe = [target["name"] for target in libraries for setting in target["settings"] if "unsafeFlags" in setting["kind"]]
if unsafe or not libraries:
    sys.exit(f"error: library targets with unsafe flags: {unsafe}")

# What reads data, takes scores and shows them is to be had without libtorch.
def reached(name, seen):
    if name in targets and name not in seen:
        seen.add(name)
        for dependency in targets[name]["dependencies"]:
            for value in dependency.values():
                reached(value[0], seen)
    return seen

light = """Audit ContentHash Datasets Duplicates Evaluation FileIO Hub Imaging JSON Randomness Report Safetensors Terminal
    Tokenization""".split()
heavy = [name for name in light if not reached(name, set()) or "CTorch" in reached(name, set())]
if heavy or "CTorch" not in reached("Torch", set()):
    sys.exit(f"error: targets that are gone or reach libtorch: {heavy}")
PYTHON

cp -R IntegrationTests/consumer IntegrationTests/verbs "$work/"
rm -rf "$work/consumer/.build" "$work/verbs/.build"
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

# A program that does what the command does, on the same build of the libraries.
cd "$work/verbs"
swift build -c debug --product verbs --scratch-path "$work/consumer/.build" --cache-path "$work/cache" \
    --security-path "$work/security"
mkdir "$work/output"
result=$(LD_LIBRARY_PATH="$libtorch${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "$work/consumer/.build/debug/verbs" \
    "$root/Tests/TrainingTests/Fixtures/curve" "$work/output")
printf '%s\n' "$result"
grep -q '^verbs: GAP ' <<<"$result"
