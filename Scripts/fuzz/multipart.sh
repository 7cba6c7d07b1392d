#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the server's reader of multipart/form-data with libFuzzer.
#
#     Scripts/fuzz/multipart.sh [RUNS] [FOLDER]
#
# RUNS is the number of inputs (default 1,000,000). What is found lies in FOLDER (default .build/fuzz-multipart): a crash
# as crash-…, the corpus that grew as corpus/. The same folder goes on.
set -eu
cd "$(dirname "$0")/../.."
runs=${1:-1000000}
out=${2:-.build/fuzz-multipart}
mkdir -p "$out/corpus"
swiftc -O -wmo -parse-as-library -sanitize=fuzzer -swift-version 6 -module-name Fuzz \
    Scripts/fuzz/MultipartTarget.swift Sources/Serving/HTTP/MultipartBody.swift -o "$out/multipart"
printf -- '--B\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\nx\r\n--B\r\nContent-Disposition: form-data; name=k\r\n\r\n\r\n--B--\r\n' \
    >"$out/corpus/form"
exec "$out/multipart" -runs="$runs" -max_len=4096 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$out/" "$out/corpus"
