#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds and runs a package that depends on this one by version, as other people's packages do: what the working tree
# holds is tagged 9.9.9 in a repository of its own. PKG_CONFIG_PATH has to lead to libtorch.pc (make sets it).
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

cp -R IntegrationTests/consumer "$work/consumer"
rm -rf "$work/consumer/.build"
cd "$work/consumer"
export MUMIC_REPOSITORY="file://$work/mumic"
# The temporary repository is not to stay in the user's caches.
swift build -c debug --product consumer --disable-dependency-cache --security-path "$work/security"

libtorch=$(pkg-config --variable=prefix libtorch)/lib
result=$(LD_LIBRARY_PATH="$libtorch${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" .build/debug/consumer)
printf '%s\n' "$result"
grep -q '^consumer: libtorch ' <<<"$result"
cd "$root"
