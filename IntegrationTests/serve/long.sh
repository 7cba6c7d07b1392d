#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# IntegrationTests/serve/long.sh [--scale S] [--data DIR] [ITEM…]: the checks of mumic serve that take long, with real
# clients and real tools; about an hour at scale 1. ITEM is a file of long/ without .py. DIR is what
# Benchmarks/serving/make_data.py writes; without it the small model is used. Needs PyPI for the clients, and Debian's
# curl, wrk, hey, nghttp2-client, slowhttptest and nginx-light.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=.build/serve-venv
items=(clients load_tools fuzzing cancellations neighbours slow_clients huge_upload curl_upload hostile_pictures overload
    behind_proxy reloads mixed)
words=()
while [ $# -gt 0 ]; do
    case $1 in
    --scale | --data | --url) words+=("$1" "$2") && shift 2 ;;
    *) chosen+=("$1") && shift ;;
    esac
done
[ -z "${chosen+x}" ] || items=("${chosen[@]}")

if [ ! -x "$venv/bin/st" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet -r IntegrationTests/serve/long/requirements.txt
fi
failed=()
for item in "${items[@]}"; do
    "$venv/bin/python" "IntegrationTests/serve/long/$item.py" "${words[@]}" || failed+=("$item")
done
if [ ${#failed[@]} -gt 0 ]; then
    printf 'error: failed: %s\n' "${failed[*]}" >&2
    exit 1
fi
printf '%d long checks of mumic serve passed\n' "${#items[@]}"
