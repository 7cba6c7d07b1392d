#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Scripts/setup/install.sh PREFIX: installs the built program as PREFIX/bin/mumic and the libraries that no Debian or Ubuntu
# runtime has (libtorch, Swift's, the image codecs, SQLite) in PREFIX/lib/mumic. The folder PREFIX can be moved afterwards.
# With DESTDIR set, everything is put below it, as packagers want it.
set -euo pipefail
caller=$PWD
cd "$(dirname "$0")/../.."

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

program=.build/release/mumic
prefix=${1:-}
[ -n "$prefix" ] || fail "PREFIX is empty; say where to install, for instance: make install PREFIX=/usr/local"
[ -x "$program" ] || fail "$program is not built; run make build first"
case $prefix in
    /*) ;;
    "~/"*) prefix=$HOME/${prefix#"~/"} ;;
    *) prefix=$caller/$prefix ;;
esac
target=${DESTDIR:-}$prefix
mkdir -p "$target/bin" "$target/lib" 2>/dev/null || fail "cannot create $target/bin and $target/lib; choose a PREFIX that you may write to, or use sudo"
for folder in "$target/bin" "$target/lib"; do
    [ -w "$folder" ] || fail "$folder is not writable; choose a PREFIX that you may write to, or use sudo"
done

# A libtorch that lies elsewhere (LIBTORCH, a Python's torch) stays there: a CUDA build brings gigabytes of libraries.
elsewhere=$(cat .deps/rpath 2>/dev/null || true)

staging=$target/lib/.mumic.new
trap 'rm -rf "$staging" "$target/bin/.mumic.new"' EXIT
rm -rf "$staging"
mkdir "$staging"

# Each library by the name under which it is needed, where it needs no system package: the system's own (the C and C++
# libraries, libcurl, zlib) are left to the system, which updates them.
listing=$(env -u LD_LIBRARY_PATH ldd "$program")
if missing=$(grep 'not found' <<<"$listing"); then
    fail "$program lacks libraries: $(tr -s '\t\n' ' ' <<<"$missing"); run make build again"
fi
while IFS=$'\t' read -r name path; do
    real=$(realpath "$path")
    case $name in
        libc.so.* | libm.so.* | libstdc++.so.* | libgcc_s.so.* | ld-linux*) continue ;;
        libturbojpeg.so.* | libpng*.so.* | libwebp*.so.* | libsharpyuv.so.* | libsqlite3.so.*) ;;
        *)
            # The rest is libtorch's, Swift's and the system's.
            case $real in
                */swift/linux/*) ;;
                "$(pwd -P)"/.deps/*) [ -z "$elsewhere" ] || continue ;;
                *) continue ;;
            esac
            ;;
    esac
    install -m 644 "$real" "$staging/$name"
done < <(sed -n 's/^[[:space:]]*\([^ ]*\) => \(\/.*\) (0x[0-9a-f]*)$/\1\t\2/p' <<<"$listing")
[ -f "$staging/libswiftCore.so" ] || fail "ldd does not say where Swift's libraries are; see ldd $program"
[ -n "$elsewhere" ] || [ -f "$staging/libtorch_cpu.so" ] || fail "ldd does not say where libtorch is; see ldd $program"

install -m 755 "$program" "$target/bin/.mumic.new"
strip "$target/bin/.mumic.new" 2>/dev/null || llvm-strip "$target/bin/.mumic.new" 2>/dev/null || true
python3 Scripts/setup/set-runpath.py "$target/bin/.mumic.new" "\$ORIGIN/../lib/mumic${elsewhere:+:$elsewhere}"

# Renaming replaces a program that is running without disturbing it.
rm -rf "$target/lib/mumic"
mv "$staging" "$target/lib/mumic"
mv -f "$target/bin/.mumic.new" "$target/bin/mumic"

version=$(env -i "$target/bin/mumic" --version) || fail "$target/bin/mumic does not start; see ldd $target/bin/mumic"
size=$(du -sm "$target/lib/mumic" | cut -f1)
printf 'installed mumic %s in %s/bin, its libraries (%s MB) in %s/lib/mumic\n' "$version" "$prefix" "$size" "$prefix"
if [ -n "$elsewhere" ]; then
    printf 'libtorch is used where it is, in %s: keep that folder\n' "$elsewhere"
fi
