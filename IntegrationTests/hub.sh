#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# IntegrationTests/hub.sh: the README's three commands, word for word, against a Hub on this machine whose repositories hold
# what the real ones hold.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT

fail() {
    printf 'error: %s\n' "$1" >&2
    tail -n 20 "$folder/log" >&2
    exit 1
}

python3 IntegrationTests/hub.py Models/sample-world "$folder/port" &
server=$!
.build/release/sample-world labels --output "$folder/data" --pictures 60 --validation 30 --test 30 --seed 3 --all-seen
for _ in $(seq 100); do [ -s "$folder/port" ] && break || sleep 0.1; done
HF_ENDPOINT=http://127.0.0.1:$(cat "$folder/port")
export HF_ENDPOINT HF_HOME="$folder/hub" PATH="$root/.build/release:$PATH"

cd "$folder/data"
mv validation.csv val.csv
mkdir photos
find images -name '*1.*' -exec cp {} photos/ \;
commands=$(sed -n '/^## Your own data in three commands/,/^```$/p' "$root/README.md" | sed -n '/^mumic /p')
[ "$(printf '%s\n' "$commands" | wc -l)" = 3 ] || fail 'the README has no three commands any more'
while read -r line; do
    printf '%s\n' "$line"
    sh -c "$line" >"$folder/out" 2>"$folder/log" </dev/null || fail "this command of the README failed: $line"
done <<<"$commands"
grep -q '"predictions"' "$folder/out" || fail 'predict printed no predictions'
[ -s report.html ] || fail 'evaluate wrote no report'

mumic models >"$folder/out" 2>"$folder/log" || fail 'mumic models failed'
grep -q '^openai/clip-vit-base-patch32 .* yes$' "$folder/out" || fail 'mumic models does not list the model as usable'
mumic embed --model org/sharded --output sharded.npy photos >"$folder/out" 2>"$folder/log" || fail 'a sharded model failed'
mumic embed --model openai/clip-vit-base-patch32 --output whole.npy photos >"$folder/out" 2>"$folder/log"
mumic embed --model "$root/Models/sample-world" --output own.npy photos >"$folder/out" 2>"$folder/log"
cmp sharded.npy whole.npy && cmp own.npy whole.npy || fail 'the same weights gave other features'
for model in google/siglip-base-patch16-224 google/siglip2-base-patch16-224; do
    mumic info "$model" >"$folder/out" 2>"$folder/log" || fail "$model has no information"
    grep -q '^family  *siglip$' "$folder/out" || fail "$model is no SigLIP"
    mumic train --data train.csv --validation val.csv --model "$model" --output "run-${model#*/}" --no-report \
        >"$folder/out" 2>"$folder/log" || fail "$model does not train"
    mumic predict --model "run-${model#*/}/model" --threshold fitted photos/ >"$folder/out" 2>"$folder/log" ||
        fail "what became of $model does not predict"
    grep -q '"predictions"' "$folder/out" || fail "$model predicts nothing"
done
status=0
mumic info org/gated >"$folder/out" 2>"$folder/log" || status=$?
[ "$status" = 65 ] && grep -q 'gated.*accept its conditions' "$folder/log" || fail 'a gated model is not explained'
echo 'the README works against repositories as they are'
