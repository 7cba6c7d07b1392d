#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A checkout that was moved or copied whole still runs: its program finds libtorch relative to itself.
set -euo pipefail
cd "$(dirname "$0")/.."
# Beside the checkout hard links are possible, so that nothing is copied; elsewhere they may not be.
work=$(mktemp -d "$PWD/.build/moved checkout.XXXXXX")
trap 'rm -rf "$work"' EXIT

folder=$(dirname "$(realpath .build/release/mumic)")
place=${folder#"$(realpath .build)"/}
mkdir -p "$work/checkout/.build/$place" "$work/checkout/.deps"
ln -s "$place" "$work/checkout/.build/release"
cp -l "$folder/mumic" "$work/checkout/.build/$place/"
# What lies elsewhere (LIBTORCH, a Python's torch) is not part of the checkout.
if [ -z "$(cat .deps/rpath)" ]; then
    mkdir "$work/checkout/.deps/libtorch"
    cp -al .deps/libtorch/lib "$work/checkout/.deps/libtorch/"
fi
program=$work/checkout/.build/release/mumic
version=$(cd / && env -i "$program" --version)
if [ -z "$(cat .deps/rpath)" ]; then
    libraries=$(env -i /usr/bin/ldd "$program")
    found=$(sed -n 's/.*libtorch_cpu\.so => \(.*\) (0x.*/\1/p' <<<"$libraries" | xargs -d '\n' realpath)
    case $found in
        "$(realpath "$work")"/*) ;;
        *) printf 'error: moved checkout: libtorch_cpu.so is %s\n' "$found" >&2 && exit 1 ;;
    esac
fi
printf 'moved checkout: %s runs\n' "$version"
