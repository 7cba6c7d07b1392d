#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what a build needs and prints nothing when all of it is there already: Debian packages, and libtorch with a
# pkg-config file in .deps. libtorch is looked for in this order: $LIBTORCH, the torch of an installed Python, a wheel.
set -eu
cd "$(dirname "$0")/.."
minimum=2.11
version=2.13.0
deps=.deps

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

# Debian packages, only those that are missing.
wanted="libturbojpeg0-dev libpng-dev libwebp-dev pkg-config python3"
if command -v dpkg-query >/dev/null 2>&1; then
    missing=""
    for package in $wanted; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] ||
            missing="$missing $package"
    done
    # A python3 that is not Debian's serves as well.
    if command -v python3 >/dev/null 2>&1; then missing=$(printf '%s' "$missing" | sed 's/ python3$//'); fi
    if [ -n "$missing" ]; then
        as_root=""
        if [ "$(id -u)" != 0 ]; then
            command -v sudo >/dev/null 2>&1 || fail "these packages are missing:$missing; install them as root and run make again"
            as_root=sudo
        fi
        printf 'installing%s\n' "$missing" >&2
        $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
            $as_root apt-get update -qq
            $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
        } || fail "apt-get could not install$missing; install them by hand and run make again"
    fi
fi

# $1 is a folder with lib and include: prints its version, or nothing.
version_of() {
    for header in "$1/include/torch/headeronly/version.h" "$1/include/torch/csrc/api/include/torch/version.h" ""; do
        [ -f "$header" ] && break
    done
    [ -n "$header" ] || return 0
    sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' "$header" | head -3 | paste -sd. -
}

new_enough() {
    [ "$(printf '%s\n%s\n' "$minimum" "$1" | sort -V | head -1)" = "$minimum" ]
}

ways="give one by LIBTORCH=/path/to/libtorch (a folder with lib and include), or install torch $minimum or later for python3, or unset LIBTORCH so that make fetches $version"

fetch_wheel() {
    for python in python3 python; do
        command -v $python >/dev/null 2>&1 && $python -m pip --version >/dev/null 2>&1 && break
        python=""
    done
    if [ -z "$python" ]; then
        as_root=""
        [ "$(id -u)" = 0 ] || as_root=sudo
        $as_root apt-get install -y -qq --no-install-recommends python3-pip >/dev/null 2>&1 ||
            fail "pip is missing and could not be installed; $ways"
        python=python3
    fi
    rm -rf "$deps/wheel"
    mkdir -p "$deps/wheel"
    printf 'fetching libtorch %s (once; about 190 MB)\n' "$version" >&2
    # The CPU wheel where the index has it. The plain wheel may be a CUDA build, whose libraries lie in wheels of their
    # own, so it is installed whole, as a Python torch in a folder of its own.
    $python -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
        -d "$deps/wheel" "torch==$version+cpu" >/dev/null 2>&1 || {
        rm -rf "$deps/wheel"
        printf 'no CPU wheel in this index: installing the plain one with what it needs\n' >&2
        $python -m pip install --quiet --disable-pip-version-check --target "$deps/python.new" "torch==$version" ||
            fail "pip could not download torch $version; $ways"
        rm -rf "$deps/python"
        mv "$deps/python.new" "$deps/python"
        return 0
    }
    rm -rf "$deps/libtorch.new"
    mkdir -p "$deps/libtorch.new"
    $python - "$deps" <<'PYTHON'
import glob, sys, zipfile
deps = sys.argv[1]
with zipfile.ZipFile(glob.glob(deps + "/wheel/torch-*.whl")[0]) as wheel:
    wanted = [n for n in wheel.namelist()
              if n.startswith(("torch/lib/", "torch/include/")) and "libtorch_python" not in n]
    wheel.extractall(deps + "/libtorch.new", wanted)
PYTHON
    rm -rf "$deps/libtorch"
    mv "$deps/libtorch.new/torch" "$deps/libtorch"
    rm -rf "$deps/libtorch.new" "$deps/wheel"
}

mkdir -p "$deps"
rpath=""
if [ -n "${LIBTORCH:-}" ]; then
    [ -d "$LIBTORCH/lib" ] && [ -d "$LIBTORCH/include" ] || fail "LIBTORCH=$LIBTORCH has no lib and include folder; $ways"
    prefix=$(cd "$LIBTORCH" && pwd)
    found=$(version_of "$prefix")
    [ -n "$found" ] && new_enough "$found" || fail "libtorch ${found:-of an unknown version} in LIBTORCH=$LIBTORCH is older than $minimum; $ways"
    rpath="$prefix/lib"
else
    prefix=""
    if [ -d "$deps/libtorch/lib" ]; then
        prefix="own"
    elif [ -d "$deps/python/torch/lib" ]; then
        prefix="plain"
    else
        python_torch=$(python3 -c 'import importlib.util as u, os; s = u.find_spec("torch"); print(os.path.dirname(s.origin) if s and s.origin else "")' 2>/dev/null || true)
        if [ -n "$python_torch" ] && [ -d "$python_torch/include" ] && [ -d "$python_torch/lib" ]; then
            found=$(version_of "$python_torch")
            if [ -n "$found" ] && new_enough "$found"; then
                prefix="$python_torch"
                rpath="$prefix/lib"
            else
                printf 'the torch of python3 (%s) is older than %s and is not used\n' "${found:-unknown}" "$minimum" >&2
            fi
        fi
        if [ -z "$prefix" ]; then
            fetch_wheel
            if [ -d "$deps/libtorch/lib" ]; then prefix="own"; else prefix="plain"; fi
        fi
    fi
    if [ "$prefix" = plain ]; then
        prefix="$PWD/$deps/python/torch"
        rpath="$prefix/lib"
        found=$(version_of "$prefix")
    fi
    [ "$prefix" = own ] && found=$(version_of "$deps/libtorch")
    [ -n "$found" ] && new_enough "$found" || fail "libtorch ${found:-of an unknown version} in $deps/libtorch is older than $minimum; remove that folder, or $ways"
fi

mkdir -p "$deps/pkgconfig"
if [ "$prefix" = own ]; then where='${pcfiledir}/../libtorch'; else where="$prefix"; fi
cat >"$deps/pkgconfig/libtorch.pc.new" <<PC
prefix=$where
Name: libtorch
Description: PyTorch's C++ library
Version: $found
Cflags: -I\${prefix}/include -I\${prefix}/include/torch/csrc/api/include
Libs: -L\${prefix}/lib -ltorch -ltorch_cpu -lc10
PC
printf '%s' "$rpath" >"$deps/rpath.new"
for file in pkgconfig/libtorch.pc rpath; do
    if cmp -s "$deps/$file.new" "$deps/$file"; then rm "$deps/$file.new"; else mv "$deps/$file.new" "$deps/$file"; fi
done
