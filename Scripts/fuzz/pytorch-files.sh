#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the reader of torch.save's files with libFuzzer, from the forms that the tests have.
#
#     Scripts/fuzz/pytorch-files.sh [RUNS] [FOLDER]
#
# RUNS is the number of inputs (default 1,000,000). What is found lies in FOLDER (default .build/fuzz): a crash as
# crash-…, the corpus that grew as corpus/. The same folder goes on.
set -eu
cd "$(dirname "$0")/../.."
runs=${1:-1000000}
out=${2:-.build/fuzz}
mkdir -p "$out/corpus"
flags="-O -wmo -parse-as-library -enable-testing -sanitize=fuzzer -swift-version 6 -package-name mumic -I $out
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature InternalImportsByDefault"
objects=
for module in FileIO JSON Safetensors PyTorchFiles; do
    # shellcheck disable=SC2086
    swiftc $flags -module-name $module -emit-module -emit-module-path "$out/$module.swiftmodule" -c Sources/$module/*.swift \
        -o "$out/$module.o"
    objects="$objects $out/$module.o"
done
# shellcheck disable=SC2086
swiftc $flags -module-name Fuzz Scripts/fuzz/PyTorchFileTarget.swift $objects -o "$out/pytorch-files"
find Tests/PyTorchFilesTests/Fixtures -type f ! -name values.json -size -64k -exec cp {} "$out/corpus/" \;
exec "$out/pytorch-files" -runs="$runs" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$out/" "$out/corpus"
