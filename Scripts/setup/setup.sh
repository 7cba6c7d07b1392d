#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what a build needs and prints nothing when all of it is there already: Debian packages, and libtorch with a
# pkg-config file in .deps. libtorch is looked for in this order: $LIBTORCH, what an earlier run put into .deps, the
# torch of an installed Python, a wheel.
set -eu
cd "$(dirname "$0")/../.."
minimum=2.11
version=2.13.0
deps=.deps

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

# Whether version $2 is at least version $1.
at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

command -v swift >/dev/null 2>&1 ||
    fail "swift is not on PATH; install Swift 6.3 or later (https://www.swift.org/install/linux) and run make again"
swift_version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
at_least 6.2 "${swift_version:-0}" ||
    fail "the swift on PATH has version ${swift_version:-unknown}; install Swift 6.3 or later (https://www.swift.org/install/linux) and run make again"

# Installs Debian packages; the lists of a fresh container are empty, so the first try may need them updated.
install_packages() {
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || fail "these packages are missing: $*; install them as root and run make again"
        as_root=sudo
    fi
    command -v apt-get >/dev/null 2>&1 || fail "these packages are missing: $*; install them and run make again"
    printf 'installing %s\n' "$*" >&2
    apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get"
    $apt install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 || {
        $apt update -qq >&2 || true
        $apt install -y -qq --no-install-recommends "$@" >/dev/null
    } || fail "apt-get could not install $*; install them by hand and run make again"
}

if command -v dpkg-query >/dev/null 2>&1; then
    missing=""
    for package in libturbojpeg0-dev libpng-dev libwebp-dev libcairo2-dev libssl-dev libsqlite3-dev; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] ||
            missing="$missing $package"
    done
    # Whose pkg-config and python3 they are does not matter.
    for program in pkg-config python3; do
        command -v $program >/dev/null 2>&1 || missing="$missing $program"
    done
    # shellcheck disable=SC2086 # package names are words
    [ -z "$missing" ] || install_packages $missing
else
    for program in pkg-config python3; do
        command -v $program >/dev/null 2>&1 || fail "$program is missing; install it and run make again"
    done
    for library in libturbojpeg libpng libwebp libwebpdemux cairo libcrypto sqlite3; do
        pkg-config --exists $library || fail "$library is missing; install its development package and run make again"
    done
fi

# $1 is a folder with lib and include: prints its version, or nothing.
version_of() {
    for header in "$1/include/torch/headeronly/version.h" "$1/include/torch/csrc/api/include/torch/version.h" ""; do
        [ -f "$header" ] && break
    done
    [ -n "$header" ] || return 0
    sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' "$header" | head -n 3 | paste -sd. -
}

# Whether folder $1 holds the libraries and headers of a libtorch.
is_libtorch() {
    [ -f "$1/lib/libtorch.so" ] && [ -f "$1/lib/libtorch_cpu.so" ] && [ -f "$1/lib/libc10.so" ] && [ -d "$1/include/ATen" ]
}

ways="give one by LIBTORCH=/path/to/libtorch (a folder with lib and include), or install torch $minimum or later for python3, or unset LIBTORCH so that make fetches $version"

# Ends the script unless version $1 of the libtorch in $2 can be used; $3 is what to do.
require_version() {
    [ -n "$1" ] || fail "the version of the libtorch in $2 cannot be told, its torch/version.h is missing; $3"
    at_least "$minimum" "$1" || fail "the libtorch in $2 has version $1, $minimum or later is needed; $3"
}

find_pip() {
    for python in python3 python; do
        if command -v $python >/dev/null 2>&1 && $python -m pip --version >/dev/null 2>&1; then return 0; fi
    done
    command -v dpkg-query >/dev/null 2>&1 || fail "pip is missing; install it for python3, or $ways"
    install_packages python3-pip
    python=python3
}

# pip's progress is for people; a log gets none.
pip() {
    if [ -t 2 ]; then quiet=""; else quiet="--quiet --progress-bar off"; fi
    # shellcheck disable=SC2086 # options are words
    "$python" -m pip "$@" $quiet --disable-pip-version-check >&2
}

# Any Python's wheel has the same C++ libraries in it: where there is none for this Python, another's will do.
download_cpu_wheel() {
    set -- download --no-deps --only-binary=:all: -d "$deps/wheel" "torch==$version+cpu"
    pip "$@" 2>/dev/null && return 0
    for minor in 13 12 11 10; do
        pip "$@" --python-version "3.$minor" --implementation cp --abi "cp3$minor" \
            --platform "manylinux_2_28_$(uname -m)" 2>/dev/null && return 0
    done
    return 1
}

# What to say about wheel $1 after Python's exit status $2.
unpacking_failed() {
    [ "$2" = 3 ] || fail "$1 could not be unpacked into $deps; make room or give leave to write there and run make again"
    rm -f "$1"
    fail "$1 is damaged and was removed; run make again"
}

fetch_libtorch() {
    wheel=$(find "$deps/wheel" -name "torch-$version*.whl" 2>/dev/null | head -n 1)
    if [ -z "$wheel" ]; then
        find_pip
        mkdir -p "$deps/wheel"
        printf 'fetching libtorch %s (once; about 190 MB)\n' "$version" >&2
        if download_cpu_wheel; then
            wheel=$(find "$deps/wheel" -name "torch-$version*.whl" | head -n 1)
        else
            # A plain wheel may be a CUDA build, whose libraries lie in wheels of their own: it is installed whole.
            printf 'pip found no CPU wheel: installing the plain torch %s with all that it needs\n' "$version" >&2
            rm -rf "$deps/python.new"
            pip install --target "$deps/python.new" "torch==$version" || fail "pip could not download torch $version; $ways"
            rm -rf "$deps/python" "$deps/wheel"
            mv "$deps/python.new" "$deps/python"
            return 0
        fi
    fi
    rm -rf "$deps/libtorch.new"
    mkdir -p "$deps/libtorch.new"
    python3 - "$wheel" "$deps/libtorch.new" <<'PYTHON' || unpacking_failed "$wheel" $?
import sys, zipfile
try:
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        wheel.extractall(sys.argv[2], [
            name for name in wheel.namelist()
            if name.startswith(("torch/lib/", "torch/include/")) and "libtorch_python" not in name])
except zipfile.BadZipFile:
    sys.exit(3)
except OSError as error:
    sys.exit(str(error))
PYTHON
    is_libtorch "$deps/libtorch.new/torch" || fail "$wheel has no libtorch in it; remove it, or $ways"
    rm -rf "$deps/libtorch"
    mv "$deps/libtorch.new/torch" "$deps/libtorch"
    rm -rf "$deps/libtorch.new" "$deps/wheel"
}

# The folder of the torch that python3 would import, where there is one.
python_torch() {
    python3 -c '
import importlib.util, os
spec = importlib.util.find_spec("torch")
if spec and spec.origin: print(os.path.dirname(os.path.realpath(spec.origin)))' 2>/dev/null || true
}

mkdir -p "$deps"
prefix=""
if [ -n "${LIBTORCH:-}" ]; then
    is_libtorch "$LIBTORCH" || fail "LIBTORCH=$LIBTORCH is no libtorch: lib/libtorch.so, lib/libtorch_cpu.so, lib/libc10.so and include/ATen have to be there; $ways"
    prefix=$(cd "$LIBTORCH" && pwd -P)
    found=$(version_of "$prefix")
    require_version "$found" "LIBTORCH=$LIBTORCH" "$ways"
elif ! is_libtorch "$deps/libtorch" && ! is_libtorch "$deps/python/torch"; then
    prefix=$(python_torch)
    if [ -n "$prefix" ]; then
        found=$(version_of "$prefix")
        if ! is_libtorch "$prefix" || [ -z "$found" ] || ! at_least "$minimum" "$found"; then
            printf 'the torch of python3 (%s in %s) is not used: %s or later with its headers is needed\n' \
                "${found:-of unknown version}" "$prefix" "$minimum" >&2
            prefix=""
        fi
    fi
    [ -n "$prefix" ] || fetch_libtorch
fi

if [ -n "$prefix" ]; then
    where=$prefix
elif is_libtorch "$deps/libtorch"; then
    # Relative, so that the checkout may be moved.
    where='${pcfiledir}/../libtorch'
    found=$(version_of "$deps/libtorch")
    require_version "$found" "$deps/libtorch" "remove that folder and run make again, or $ways"
else
    prefix=$PWD/$deps/python/torch
    where=$prefix
    found=$(version_of "$prefix")
    require_version "$found" "$deps/python" "remove that folder and run make again, or $ways"
fi
case $where in
    *[[:space:]]*) fail "libtorch's path '$where' has a space in it, which pkg-config cannot pass on; move it or link to it" ;;
esac

mkdir -p "$deps/pkgconfig"
cat >"$deps/pkgconfig/libtorch.pc.new" <<PC
prefix=$where
Name: libtorch
Description: PyTorch's C++ library
Version: $found
Cflags: -I\${prefix}/include -I\${prefix}/include/torch/csrc/api/include
Libs: -L\${prefix}/lib -ltorch -ltorch_cpu -lc10
PC
# Where the program has to look for a libtorch outside .deps/libtorch.
printf '%s' "${prefix:+$prefix/lib}" >"$deps/rpath.new"
for file in pkgconfig/libtorch.pc rpath; do
    if cmp -s "$deps/$file.new" "$deps/$file"; then rm "$deps/$file.new"; else mv "$deps/$file.new" "$deps/$file"; fi
done
