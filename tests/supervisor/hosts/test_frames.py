"""Bodies of frames between machines: whole ones are read as they were written, and no others are believed."""

import random
from collections.abc import Callable

import msgspec
import pytest

from supervisor.hosts.frames import (
    Exit,
    HostBoot,
    MalformedFrame,
    WorkerReport,
    boot_in,
    exit_in,
    fates_in,
    packed_fates,
    packed_picture,
    packed_trace,
    picture_in,
    report_in,
    trace_in,
)
from supervisor.nodes.boot import Boot
from supervisor.nodes.in_flight import WINDOW, Fate

BOOT = HostBoot(Boot("echo", 1, "m:C", (), {}, ".", "seed", "", "run", "INFO", {}), "code", {"a": "b"})
REPORT = WorkerReport(packed_fates([(0, Fate.DONE), (WINDOW - 1, Fate.BEGUN)]), 1.0, 0.1, 5, ((3, 7),))
WRITTEN = {
    "report": msgspec.msgpack.encode(REPORT),
    "exit": msgspec.msgpack.encode(Exit(-9)),
    "boot": msgspec.msgpack.encode(BOOT),
    "picture": packed_picture(3, b"envelope", b"jpeg"),
    "trace": packed_trace(1, 4096, b"bytes"),
}
READ: dict[str, Callable[[bytes], object]] = {
    "report": lambda body: list(fates_in(report_in(body))),
    "exit": exit_in,
    "boot": boot_in,
    "picture": picture_in,
    "trace": trace_in,
}


def test_what_was_written_is_read() -> None:
    assert report_in(WRITTEN["report"]) == REPORT
    assert list(fates_in(REPORT)) == [(0, Fate.DONE), (WINDOW - 1, Fate.BEGUN)]
    assert exit_in(WRITTEN["exit"]) == Exit(-9)
    assert boot_in(WRITTEN["boot"]) == BOOT
    assert picture_in(WRITTEN["picture"]) == (3, b"envelope", b"jpeg")
    assert trace_in(WRITTEN["trace"]) == (1, 4096, b"bytes")


@pytest.mark.parametrize("kind", sorted(WRITTEN))
def test_damaged_ones_are_refused_and_raise_nothing_else(kind: str) -> None:
    dice = random.Random(kind)
    refused = 0
    for _ in range(2000):
        body = bytearray(WRITTEN[kind])
        for _ in range(dice.randint(1, 4)):
            body[dice.randrange(len(body))] = dice.randrange(256)
        try:
            READ[kind](bytes(body[: dice.randint(0, len(body))]))
        except MalformedFrame:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize(
    "report",
    [
        WorkerReport(packed_fates([(WINDOW, Fate.DONE)])),
        WorkerReport(packed_fates([(0, 9)])),
        WorkerReport(b"\0"),
        WorkerReport(durations=((96, 1),)),
        WorkerReport(durations=((-1, 1),)),
        WorkerReport(durations=((1, -1),)),
    ],
)
def test_reports_of_what_cannot_be_are_refused(report: WorkerReport) -> None:
    with pytest.raises(MalformedFrame):
        list(fates_in(report_in(msgspec.msgpack.encode(report))))
