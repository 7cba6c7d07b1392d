#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The branches of Scripts/setup/setup.sh, on machines that are made up: a PATH of stand-ins, nothing installed, no network.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d "${TMPDIR:-/tmp}/mumic-setup.XXXXXX")
trap 'rm -rf "$work"' EXIT
cases=0

fail() {
    printf 'error: setup test: %s: %s\n' "$name" "$1" >&2
    printf 'it printed: %s\n' "$output" >&2
    exit 1
}

# stand_in NAME: makes a program of the made-up machine from standard input.
stand_in() {
    { printf '#!/bin/sh\n' && cat; } >"$bin/$1"
    chmod +x "$bin/$1"
}

# libtorch FOLDER VERSION: a folder that looks like a libtorch.
libtorch() {
    mkdir -p "$1/lib" "$1/include/ATen" "$1/include/torch/headeronly"
    touch "$1/lib/libtorch.so" "$1/lib/libtorch_cpu.so" "$1/lib/libc10.so"
    IFS=. read -r major minor patch <<<"$2"
    printf '#define TORCH_VERSION_%s %s\n' MAJOR "$major" MINOR "$minor" PATCH "$patch" \
        >"$1/include/torch/headeronly/version.h"
}

# machine NAME: a checkout on a machine with everything but libtorch.
machine() {
    name=$1
    cases=$((cases + 1))
    output=""
    root=$work/$cases
    bin=$root/bin
    mkdir -p "$bin" "$root/checkout/Scripts/setup"
    cp Scripts/setup/setup.sh "$root/checkout/Scripts/setup/"
    for program in sh cat cmp dirname env find head mkdir mv paste printf rm sed sort touch uname; do
        ln -s "$(command -v $program)" "$bin/$program"
    done
    touch "$root/log"
    export LOG=$root/log PLACE=$root REAL_PYTHON
    REAL_PYTHON=$(python3 -c 'import sys; print(sys.executable)')
    stand_in swift <<<'echo "Swift version 6.3.1 (swift-6.3.1-RELEASE)"'
    stand_in pkg-config </dev/null
    stand_in id <<<'echo 0'
    stand_in dpkg-query <<<'printf installed'
    stand_in apt-get <<<'echo "apt-get $*" >>"$LOG"'
    # A Python with pip, for which an index has a CPU wheel; $PLACE/torch is its torch.
    stand_in python3 <<'STAND_IN'
case "$*" in
-c*) if [ -d "$PLACE/torch" ]; then echo "$PLACE/torch"; fi ;;
"-m pip --version") [ ! -f "$PLACE/no-pip" ] ;;
"-m pip download"*)
    echo "$*" >>"$LOG"
    [ ! -f "$PLACE/no-wheel" ] || exit 1
    if [ -f "$PLACE/only" ]; then case "$*" in *"$(cat "$PLACE/only")"*) ;; *) exit 1 ;; esac; fi
    while [ "$1" != -d ]; do shift; done
    cp "$PLACE/index/"*.whl "$2/" ;;
"-m pip install"*)
    echo "$*" >>"$LOG"
    while [ "$1" != --target ]; do shift; done
    mkdir -p "$2" && mv "$PLACE/plain" "$2/torch" ;;
*) exec "$REAL_PYTHON" "$@" ;;
esac
STAND_IN
    ln -s "$(command -v cp)" "$bin/cp"
    libtorch "$root/wheel/torch" 2.13.0
    mkdir "$root/index"
    (cd "$root/wheel" && "$REAL_PYTHON" -m zipfile -c "$root/index/torch-2.13.0+cpu-cp312-none-any.whl" torch)
}

# setup [VARIABLE=VALUE…]: runs setup.sh there; its output and status are kept.
setup() {
    status=0
    output=$(env -i PATH="$bin" LOG="$LOG" PLACE="$PLACE" REAL_PYTHON="$REAL_PYTHON" "$@" \
        "$bin/sh" "$root/checkout/Scripts/setup/setup.sh" 2>&1) || status=$?
}

accepted() { [ "$status" = 0 ] || fail "status $status"; }

# refused WORD…: one line with these words.
refused() {
    [ "$status" = 1 ] || fail "status $status instead of 1"
    [ "$(grep -c '^error: ' <<<"$output")" = 1 ] || fail "not one error"
    for word in "$@"; do grep -qF -- "$word" <<<"$output" || fail "no '$word'"; done
}

deps() { cat "$root/checkout/.deps/$1"; }
logged() { grep -qF -- "$1" "$LOG" || fail "nobody ran '$1' but: $(cat "$LOG")"; }
nothing_fetched() { ! grep -q 'pip' "$LOG" || fail "pip ran: $(cat "$LOG")"; }

machine "without Swift"; rm "$bin/swift"; setup; refused "swift is not on PATH" "6.3"
machine "with an old Swift"; stand_in swift <<<'echo "Swift version 5.10.1"'; setup; refused 5.10.1 "6.3"

machine "LIBTORCH that is not there"; setup LIBTORCH=/nowhere/at/all; refused LIBTORCH=/nowhere/at/all "lib/libtorch.so"
machine "LIBTORCH that is another folder"; mkdir -p "$root/x/lib" "$root/x/include"; setup LIBTORCH="$root/x"; refused "$root/x"
machine "LIBTORCH that is too old"; libtorch "$root/x" 2.9.1; setup LIBTORCH="$root/x"; refused 2.9.1 2.11
machine "LIBTORCH without a version"; libtorch "$root/x" 2.9.1; rm -r "$root/x/include/torch"
setup LIBTORCH="$root/x"; refused "cannot be told"
machine "LIBTORCH with a space"; libtorch "$root/x y" 2.13.0; setup LIBTORCH="$root/x y"; refused "space"
machine "LIBTORCH that is new enough"; libtorch "$root/x" 2.12.3; setup LIBTORCH="$root/x"; accepted
[ "$(deps rpath)" = "$root/x/lib" ] && grep -qx "prefix=$root/x" <<<"$(deps pkgconfig/libtorch.pc)" || fail "another libtorch was chosen"
grep -qx "Version: 2.12.3" <<<"$(deps pkgconfig/libtorch.pc)" || fail "another version"
nothing_fetched
setup && accepted && [ -z "$(deps rpath)" ] || fail "LIBTORCH is used though it is not set any more"

machine "with Python's torch"; libtorch "$root/torch" 2.11.0; setup; accepted; nothing_fetched
[ "$(deps rpath)" = "$root/torch/lib" ] && [ -z "$output" ] || fail "Python's torch was not used"

machine "with an old Python torch"; libtorch "$root/torch" 2.10.0; setup; accepted; logged "torch==2.13.0+cpu"
grep -q '2.10.0.*is not used' <<<"$output" || fail "no word on the old torch"
[ -z "$(deps rpath)" ] && grep -qxF 'prefix=${pcfiledir}/../libtorch' <<<"$(deps pkgconfig/libtorch.pc)" || fail "the wheel is not used"
[ "$(ls "$root/checkout/.deps")" = "$(printf 'libtorch\npkgconfig\nrpath')" ] || fail "the download left something behind"
: >"$LOG"
setup; accepted; nothing_fetched
[ -z "$output" ] || fail "a second run is not silent"

machine "with a wheel fetched before"; mkdir -p "$root/checkout/.deps/wheel"
mv "$root/index/"*.whl "$root/checkout/.deps/wheel/"; setup; accepted; nothing_fetched
machine "with a damaged wheel"; mkdir -p "$root/checkout/.deps/wheel"
echo damaged >"$root/checkout/.deps/wheel/torch-2.13.0+cpu-cp312-none-any.whl"; setup; refused "damaged"
setup; accepted; logged "pip download"

machine "with an index without CPU wheels"; touch "$root/no-wheel"; libtorch "$root/plain" 2.13.0; setup; accepted
logged "pip install --target" && [ "$(deps rpath)" = "$root/checkout/.deps/python/torch/lib" ] || fail "the plain torch is not used"
machine "with wheels for another Python only"; echo "--abi cp311" >"$root/only"; setup; accepted
logged "--python-version 3.11"; [ -z "$(deps rpath)" ] || fail "the wheel is not used"
machine "without a network"; touch "$root/no-wheel"; setup; refused "pip could not download torch" LIBTORCH=
machine "without pip"; touch "$root/no-pip"; stand_in apt-get <<<'echo "apt-get $*" >>"$LOG"; rm -f "$PLACE/no-pip"'
setup; accepted; logged "python3-pip"

machine "without packages and without sudo"; stand_in dpkg-query </dev/null; stand_in id <<<'echo 1000'
setup; refused "libturbojpeg0-dev libpng-dev libwebp-dev libcairo2-dev libssl-dev libsqlite3-dev" "as root"
machine "without one package, with sudo"; stand_in id <<<'echo 1000'
stand_in dpkg-query <<<'case "$*" in *libwebp*) exit 1 ;; *) printf installed ;; esac'
stand_in sudo <<<'echo "sudo $*" >>"$LOG"; exec "$@"'; setup; accepted
logged "sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libwebp-dev"
! grep -q libpng "$LOG" || fail "more was installed than is missing"
machine "with empty package lists"; rm "$bin/pkg-config"; stand_in apt-get <<'STAND_IN'; setup; accepted
echo "apt-get $*" >>"$LOG"
case "$*" in update*) touch "$PLACE/lists" ;; *) [ -f "$PLACE/lists" ] ;; esac
STAND_IN
[ "$(cut -d' ' -f2 "$LOG" | head -n 3 | paste -sd' ')" = "install update install" ] || fail "apt-get: $(cat "$LOG")"
machine "with packages that cannot be had"; rm "$bin/pkg-config"; stand_in apt-get <<<'exit 100'; setup; refused "pkg-config"
machine "with another package manager"; rm "$bin/dpkg-query"; stand_in pkg-config <<<'[ "$2" != libwebp ]'
setup; refused "libwebp is missing"

printf 'setup: %s machines\n' "$cases"
