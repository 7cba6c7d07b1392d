#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Scripts/ci/test.sh SWIFT FLAG…: everything that CI checks; called by make test, which sets PKG_CONFIG_PATH. One build
# serves the program, the tests and the integration tests.
set -euo pipefail
cd "$(dirname "$0")/../.."
read -ra swift <<<"${1:-swift}"
shift || true
logs=.build/logs
mkdir -p "$logs"
began=$SECONDS
summary=""

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

# stage NAME COMMAND…: runs a stage and keeps its time for the summary.
stage() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@" || fail "$name failed"
    summary+=$(printf '%-16s %4d s' "$name" $((SECONDS - start)))$'\n'
}

lint() { make --no-print-directory lint; }

build() {
    local log=$logs/build.log warned
    "${swift[@]}" build "$@" --build-tests 2>&1 | tee "$log" || return 1
    # Dependencies' and libtorch's warnings are not ours.
    if grep -E "^($PWD/)?(Package\.swift|Sources/|Tests/|Examples/|Experiments/|Snippets/).*: warning: |^warning: '$(basename "$PWD")'|^warning: 'mumic'" "$log" |
        sort -u >"$logs/warnings.log"; then
        # What is up to date gives no warning: the next run has to compile these files again.
        sed -n 's/^\([^:]*\):[0-9].*/\1/p' "$logs/warnings.log" | sort -u | while read -r file; do
            [ ! -f "$file" ] || touch "$file"
        done
        cat "$logs/warnings.log" >&2
        warned=$(wc -l <"$logs/warnings.log")
        fail "the build gives $warned warnings"
    fi
}

unit() { "${swift[@]}" test "$@" --skip-build 2>&1 | tee "$logs/test.log"; }

# bash leaves set -e off in what `||` guards: each of these functions returns its own status.
stage lint lint
stage build build "$@"
stage snippets Scripts/ci/check-snippets.sh
stage docs Scripts/ci/docs.sh .build/release .build/docs
stage tests unit "$@"
stage demo IntegrationTests/demo.sh
stage behaviour python3 IntegrationTests/behaviour/run.py check
stage hub IntegrationTests/hub.sh
stage serve python3 IntegrationTests/serve/run.py
stage setup IntegrationTests/setup.sh
stage "moved checkout" IntegrationTests/checkout-moves.sh
stage install IntegrationTests/install.sh
stage consumer IntegrationTests/consumer.sh

# A runner that finds no tests does not fail by itself.
count=$(sed -n 's/.*Test run with \([0-9]*\) tests.* passed after .*/\1/p' "$logs/test.log" | tail -n 1)
[ "${count:-0}" -gt 0 ] || fail "no test ran; see $logs/test.log"
printf '\n%s\n%d tests and the integration tests passed in %d s\n' "$summary" "$count" $((SECONDS - began))
