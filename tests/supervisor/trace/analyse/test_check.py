"""Whether a trace is whole."""

import subprocess
import sys
from pathlib import Path

import pytest

from actors.kernel.directory import DeadLetter
from actors.kernel.message import Envelope
from actors.kernel.record import Dead, Started
from supervisor.trace.analyse.check import check, conservation
from supervisor.trace.layout import segments
from supervisor.trace.read.reader import Entry, Trace
from supervisor.trace.records import HandledLine
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Heard, Noted, envelope, handled

RUN = "20261123T190000Z-1"


def record(folder: Path, *, forgotten: int = 0, segment: int = 64_000_000) -> Trace:
    """a tells b a hundred numbers; b handles them all but one, and one dies."""
    recorder = Recorder(folder, "root", run=RUN, max_segment_size=segment, compression="none")
    recorder.append(Started("a", 1, "root", b"{}", "s", 1.0))
    recorder.append(Started("b", 1, "root", b"{}", "s", 1.0))
    told = [envelope(n, Noted(n), sender="a", to="b") for n in range(1, 101)]
    reply = envelope(101, Heard("x" * 500), sender="a", to="listener/1")
    for n, part in enumerate(told[at : at + 10] for at in range(0, 100, 10)):
        out = (*part, reply) if n == 9 else tuple(part)
        recorder.append(handled(envelope(n, Heard("x" * 500), to="a"), wall=2.0 + n, sent=out))
        recorder.flush()
    for letter in told:
        if letter.sequence == 50:
            recorder.append(Dead(DeadLetter(letter, "rejected"), 20.0))
        elif letter.sequence not in (forgotten, 100):
            recorder.append(handled(letter, wall=20.0 + letter.sequence))
    recorder.close()
    return Trace(folder / RUN)


def test_a_whole_trace_is_whole_and_every_message_has_its_end(tmp_path: Path) -> None:
    report = check(record(tmp_path))
    assert report.ok
    assert report.incomplete == ()
    found = report.conservation
    assert (found.handled, found.dead, found.waiting, found.outside) == (108, 1, 1, 1)
    assert (found.unaccounted, found.gaps, found.lost) == ((), {}, 0)
    assert [segment.finished for segment in report.segments] == [True]


def test_a_message_that_vanished_is_named(tmp_path: Path) -> None:
    report = check(record(tmp_path, forgotten=42))
    assert report.conservation.unaccounted == ("a/1/42",)
    assert not report.ok
    assert "a/1/42" in report.damage[0]


def test_where_records_are_known_to_be_missing_nothing_is_proven(tmp_path: Path) -> None:
    trace = record(tmp_path, forgotten=42, segment=3000)
    paths = segments(trace.folder)
    assert len(paths) > 2
    paths[0].unlink()
    report = check(Trace(trace.folder))
    assert report.ok
    assert "deleted" in report.incomplete[0]


def test_a_torn_tail_of_the_last_file_is_told_and_is_no_damage(tmp_path: Path) -> None:
    trace = record(tmp_path)
    (path,) = segments(trace.folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    report = check(Trace(trace.folder))
    assert report.ok
    assert "bytes are not whole" in report.segments[0].torn_tail
    assert any("bytes are not whole" in line for line in report.incomplete)


def test_a_torn_end_with_a_file_after_it_is_damage(tmp_path: Path) -> None:
    trace = record(tmp_path, segment=3000)
    path = segments(trace.folder)[0]
    path.write_bytes(path.read_bytes()[:-200])
    report = check(Trace(trace.folder))
    assert not report.ok
    assert report.damage[0].startswith(path.name)


KILLED = """
import os, signal, sys
from pathlib import Path
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.trace.samples import Noted, envelope, handled
recorder = Recorder(Path(sys.argv[1]), "b", run=sys.argv[2])
recorder.append(handled(envelope(1, Noted(1))))
assert recorder.flush(60.0)
os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
"""


def test_a_killed_process_whose_successor_writes_a_file_of_its_own_is_no_damage(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, tmp_path, RUN], check=False, timeout=120)
    successor = Recorder(tmp_path, "b", run=RUN)
    successor.append(handled(envelope(2, Noted(2))))
    successor.close()
    report = check(Trace(tmp_path / RUN))
    assert [(one.name, one.finished) for one in report.segments] == [
        ("b.0001.mcap", False),
        ("b.0002.mcap", True),
    ]
    assert report.ok
    assert report.incomplete == ("b.0001.mcap is being written, or its writer was killed",)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9, 0.96, 0.99, 0.999])
def test_one_wrong_byte_anywhere_is_found(tmp_path: Path, part: float) -> None:
    trace = record(tmp_path)
    (path,) = segments(trace.folder)
    data = bytearray(path.read_bytes())
    data[int(len(data) * part)] ^= 1
    path.write_bytes(data)
    assert not check(Trace(trace.folder)).ok


def test_senders_whose_numbers_have_holes_are_told(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run=RUN)
    recorder.append(Started("a", 1, "root", b"{}", "s", 1.0))
    for n in (1, 2, 5):
        recorder.append(handled(Envelope("a", 1, n, "a", Noted(n)), wall=float(n)))
    recorder.close()
    assert check(Trace(tmp_path / RUN)).conservation.gaps == {"a/1": 2}


def test_handlers_of_one_actor_that_overlap_are_told() -> None:
    def line(n: int, begun: float, to: str) -> Entry:
        return Entry("root", HandledLine(
            id=f"a/1/{n}", sender="a", recipient=to, type="T", wall=0.0, message=None, begun=begun, ended=begun + 1
        ))  # fmt: skip

    in_turn = [line(1, 1.0, "b"), line(2, 1.5, "c"), line(3, 2.0, "b")]
    assert conservation(in_turn).disordered == 0
    assert conservation([*in_turn, line(4, 2.5, "b")]).disordered == 1
