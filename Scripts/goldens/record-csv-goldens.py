# SPDX-License-Identifier: Apache-2.0
"""Records what Python's csv module reads from ugly tables: Tests/DatasetsTests/Fixtures/csv-goldens.json.

Usage: python3 Scripts/goldens/record-csv-goldens.py
"""

import csv
import io
import json
import pathlib
import random

ALPHABET = ["a", "b", " ", ",", '"', "\n", "\r", "\r\n", "é", "漢", "😀", "|", "0.5", "#", "\t", "=1+1", "\ufeff"]


def table(random_source):
    columns = random_source.randint(1, 4)
    return [
        ["".join(random_source.choices(ALPHABET, k=random_source.randint(0, 5))) for _ in range(columns)]
        for _ in range(random_source.randint(1, 4))
    ]


def main():
    random_source = random.Random(7)
    cases = []
    for _ in range(80):
        output = io.StringIO(newline="")
        writer = csv.writer(
            output,
            quoting=random_source.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
            lineterminator=random_source.choice(["\n", "\r\n", "\r", "\n\n"]),
        )
        writer.writerows(table(random_source))
        text = output.getvalue()
        if random_source.random() < 0.3:
            text = text.rstrip("\r\n")
        # As with the codec utf-8-sig, a byte order mark is no text.
        # newline="" keeps line ends as they are and still counts CR, LF and CRLF as one line each.
        reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        records, starts, start = [], [], 1
        for record in reader:
            if record:
                records.append(record)
                starts.append(start)
            start = reader.line_num + 1
        cases.append({"text": text, "records": records, "lines": starts})
    path = pathlib.Path(__file__).parent.parent.parent / "Tests/DatasetsTests/Fixtures/csv-goldens.json"
    path.write_text(json.dumps(cases, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
