#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Scripts/ci/demo.sh PROGRAMS MODEL FOLDER: the main job from pictures to predictions, offline; called by make demo.
# Everything it makes is in FOLDER, which it empties first if it made it.
set -euo pipefail
programs=$1
model=$2
demo=$3
mumic=$programs/mumic
began=$SECONDS

if [ -t 2 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold="" dim="" plain=""; fi

fail() {
    printf 'error: %s\n' "$1" >&2
    exit 1
}

heading() {
    printf '\n%s%s%s\n' "$bold" "$1" "$plain" >&2
    [ $# -lt 2 ] || printf '%s\n' "$2" >&2
}

# Shows a command as a user would type it, and runs it.
run() {
    printf '%s$ mumic %s%s\n' "$dim" "$*" "$plain" >&2
    "$mumic" "$@"
}

if [ -e "$demo" ]; then
    [ -f "$demo/.made-by-make-demo" ] || fail "$demo is there and was not made by make demo; move it away"
    rm -rf "$demo"
fi
mkdir -p "$demo"
touch "$demo/.made-by-make-demo"

heading "1. Pictures" \
    "2,100 photo-like hotel pictures with labels, as a team would have them. Five labels are in the test set only:
the taxonomy has grown since the training pictures were annotated."
"$programs/sample-world" labels --output "$demo/photos" --pictures 1500 --validation 200 --test 400 --seed 2026
printf '%s\n' "train.csv begins:" >&2
head -n 3 "$demo/photos/train.csv" | cut -c 1-100 >&2

heading "2. Zero-shot: the pretrained model as it is" "It has never seen a label, only captions of other pictures."
run evaluate --model "$model" --data "$demo/photos/test.csv" --group new="$demo/photos/new-labels.txt" \
    --output "$demo/before" >"$demo/before.json"

heading "3. Training" \
    "No option says how: settings are chosen on the validation pictures, and a table tells what was tried."
run train --data "$demo/photos/train.csv" --validation "$demo/photos/validation.csv" --model "$model" \
    --output "$demo/run"

heading "4. Evaluation on the test pictures, new labels included"
run evaluate --model "$demo/run/model" --data "$demo/photos/test.csv" --group new="$demo/photos/new-labels.txt" \
    --before "$demo/before/evaluation.json" --run "$demo/run" --threshold fitted --output "$demo/after" \
    --report "$demo/report.html" >"$demo/after.json"

heading "5. Predictions: labels above the thresholds that training fitted to the validation pictures"
mapfile -t pictures < <(tail -n +2 "$demo/photos/test.csv" | cut -d , -f 1 | head -n 3)
for picture in "${pictures[@]}"; do
    run predict --model "$demo/run/model" --threshold fitted --format table "$demo/photos/$picture"
done

heading "6. Similar pictures, by their embeddings"
run embed --model "$demo/run/model" --output "$demo/photos.npy" "$demo/photos/images"
run search --model "$demo/run/model" --embeddings "$demo/photos.npy" --top-k 3 --exclude-self --format table \
    "$demo/photos/${pictures[0]}"
run search --model "$demo/run/model" --embeddings "$demo/photos.npy" --top-k 3 --format table --text "a pool at night"

heading "Done in $((SECONDS - began)) s"
python3 - "$demo" <<'PYTHON'
import csv, json, sys
demo = sys.argv[1]
models = [json.load(open(f"{demo}/{name}.json")) for name in ("before", "after")]
with open(f"{demo}/photos/train.csv") as file:
    trained = set(next(csv.reader(file))[1:])

def mean(report, seen):
    values = [label["ap"] for label in report["per_label"] if (label["label"] in trained) == seen and label["ap"] is not None]
    return sum(values) / len(values)

rows = [("GAP, all labels", lambda report: report["gap"]),
        ("GAP@10, all labels", lambda report: report["gap_at_k"]),
        ("GAP, new labels", lambda report: report["groups"]["new"]["gap"]),
        ("mAP, all labels", lambda report: report["map_macro"]),
        ("mAP, labels trained on", lambda report: mean(report, True)),
        ("mAP, new labels", lambda report: mean(report, False))]
print(f"{'':24}{'zero-shot':>12}{'trained':>12}")
for name, value in rows:
    print(f"{name:24}" + "".join(f"{value(report):12.1%}" for report in models))
PYTHON
cat <<END

The report is in $demo/report.html: open it in a browser. The run's scalars are in $demo/run/tensorboard.

Your own pictures, from a CSV with the columns image,labels (labels parted by |):

    $mumic train --data train.csv --validation val.csv --model openai/clip-vit-base-patch32 --output run
    $mumic evaluate --model run/model --data test.csv --report report.html
    $mumic predict --model run/model --threshold fitted photos/
END
