#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records an event file with TensorBoard's own writer of records and protocol buffers.

    pip install tensorboard==2.21.0
    python3 Scripts/goldens/record-tensorboard-golden.py

Writes Tests/TensorBoardTests/Fixtures/golden.tfevents; EventFileTests.swift appends the same events.
"""

import pathlib

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

FIXTURES = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/TensorBoardTests/Fixtures"
START = 1767225600.25
STEPS = [
    (0, START, [("train/loss", 4.158883083359672), ("train/epoch", 0.0), ("train/learning_rate", 1e-6)]),
    (1, START + 0.5, [("train/loss", -0.0)]),
    (127, START + 1, [("validation/gap", 0.1), ("validation/r\u00e9sum\u00e9 \U0001f3e8", 1.0)]),
    (128, START + 2, [("train/images_per_second", 1e38)]),
    (300_000, START + 3, [("train/loss", 1e-42), ("x" * 200, 16777217.0)]),
    (2**40, START + 4, [("train/temperature", 0.07)]),
    (-1, 0.0, [("train/loss", 3.0)]),
]


def main():
    FIXTURES.mkdir(parents=True, exist_ok=True)
    with open(FIXTURES / "golden.tfevents", "wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=START, file_version="brain.Event:2").SerializeToString())
        writer.write(Event(wall_time=START, step=0, session_log=SessionLog(status=SessionLog.START)).SerializeToString())
        for step, time, values in STEPS:
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values])
            writer.write(Event(wall_time=time, step=step, summary=summary).SerializeToString())


main()
