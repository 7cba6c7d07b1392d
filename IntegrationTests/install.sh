#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An installed program runs from anywhere, also after its folder was moved, and takes nothing from the checkout or from
# Swift's toolchain. install.sh refuses what it cannot do in one line.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/mumic-install.XXXXXX")
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'error: install test: %s\n' "$1" >&2
    exit 1
}

Scripts/setup/install.sh "$work/first place"
mv "$work/first place" "$work/second place"
cd /
version=$(env -i "$work/second place/bin/mumic" --version)
[ "$version" = "$(env -i "$root/.build/release/mumic" --version)" ] || fail "the installed program's version is '$version'"

# Where each library comes from when the program starts.
libraries=$(env -i /usr/bin/ldd "$work/second place/bin/mumic")
! grep -q 'not found' <<<"$libraries" || fail "libraries are missing: $libraries"
elsewhere=$(cat "$root/.deps/rpath" 2>/dev/null || true)
strange=$(sed -n 's/.* => \(\/.*\) (0x.*/\1/p' <<<"$libraries" | xargs -d '\n' -n 1 realpath |
    grep -v -e "^$work/second place/lib/mumic/" -e '^/lib/' -e '^/lib64/' -e '^/usr/lib/' ${elsewhere:+-e "^$(realpath "$elsewhere")/"} || true)
[ -z "$strange" ] || fail "libraries come from elsewhere: $strange"
swift=$(grep -c -e "libswiftCore.so => $work/second place/" <<<"$libraries" || true)
[ "$swift" = 1 ] || fail "Swift's runtime is not the installed one"

# DESTDIR, a second installation over the first, and refusals.
cd "$root"
DESTDIR="$work/stage" Scripts/setup/install.sh /usr/local >/dev/null
DESTDIR="$work/stage" Scripts/setup/install.sh /usr/local >/dev/null
env -i "$work/stage/usr/local/bin/mumic" --version >/dev/null
[ "$(ls -A "$work/stage/usr/local/lib")" = mumic ] || fail "the installation left something behind in lib"
touch "$work/file"
for prefix in "" "$work/file"; do
    if words=$(Scripts/setup/install.sh "$prefix" 2>&1); then fail "PREFIX='$prefix' was accepted"; fi
    [ "$(wc -l <<<"$words")" = 1 ] && [ "${words#error: }" != "$words" ] || fail "PREFIX='$prefix' gave: $words"
done
printf 'install: %s runs from anywhere\n' "$version"
