"""Traces of other versions: fields and kinds that do not exist here, and some that are missing."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from mcap.writer import Writer

from supervisor.trace import records as form
from supervisor.trace.analyse import show
from supervisor.trace.analyse.check import check
from supervisor.trace.analyse.stats import measure
from supervisor.trace.analyse.summary import summary
from supervisor.trace.read.decode import OtherLine, decode
from supervisor.trace.read.query import Query
from supervisor.trace.read.reader import Trace

HEARD = {
    "kind": "handled",
    "id": "world/1/1",
    "sender": "world",
    "recipient": "conversation",
    "type": "HeardLongAgo",
    "wall": 10.0,
    "begun": 1.0,
    "ended": 1.5,
    "turn": 3,
    "message": {"words": "good old days", "loudness": [1, 2]},
    "priority": {"lane": "fast"},
}
SENT = {"id": "conversation/1/1", "to": "llm", "type": "Ask", "digest": "-"}
MOOD = {"kind": "mood", "address": "conversation", "wall": 11.0, "valence": 0.5, "out": [SENT]}
WITHOUT = {
    "kind": "handled",
    "id": "world/1/2",
    "sender": "world",
    "type": "Early",
    "wall": 12.0,
    "message": 7,
}
CHANGED = {**HEARD, "id": "world/1/3", "wall": 13.0, "version": "1.2.3", "failure": {"kind": "X", "text": 9}}
BARE = {"kind": "checkpoint-of-2031"}


@pytest.fixture
def trace(tmp_path: Path) -> Trace:
    """A segment with metadata that says nothing, as another version may write it."""
    folder = tmp_path / "20200101T000000Z-1"
    folder.mkdir()
    with (folder / "root.0001.mcap").open("wb") as file:
        writer = Writer(file)
        writer.start()
        channel = writer.register_channel("/any", "json", 0)
        for number, line in enumerate((HEARD, MOOD, WITHOUT, CHANGED, BARE)):
            writer.add_message(channel, number * 10**9, json.dumps(line, separators=(",", ":")).encode(), 0)
        writer.finish()
    return Trace(folder)


def test_every_line_is_read_and_shown(trace: Trace) -> None:
    found = list(trace.read())
    assert trace.torn == ()
    assert [type(entry.line) for entry in found] == [
        form.HandledLine,
        OtherLine,
        form.HandledLine,
        form.HandledLine,
        OtherLine,
    ]
    shown = show.lines(found, width=200)
    assert len(shown) == 5
    assert 'words="good old days" loudness=[1, 2]' in shown[0]
    assert shown[1].split()[1:3] == ["conversation", "mood"]
    assert "valence=0.5" in shown[1]
    assert "Early" in shown[2]
    assert "checkpoint-of-2031" in shown[4]
    assert len(show.tree_lines(found)) == 3


def test_unknown_fields_are_there_for_other_programs(trace: Trace) -> None:
    records = show.records(trace.read())
    assert records[0] == {**HEARD, "node": "root"}
    assert records[1] == {**MOOD, "node": "root"}
    assert records[4] == {**BARE, "node": "root"}


def test_filters_work_on_what_is_there(trace: Trace) -> None:
    assert [e.line.wall for e in trace.read(Query(turn=3))] == [10.0, 13.0]
    assert [e.line.wall for e in trace.read(Query(actor="conversation"))] == [10.0, 11.0, 13.0]
    assert [e.line.wall for e in trace.read(Query(text="OLD days"))] == [10.0, 13.0]
    assert trace.newest_turn() == 3


def test_figures_and_checks_take_it(trace: Trace) -> None:
    assert measure(trace.scan()).handled == 3
    report = check(trace)
    assert report.ok
    assert report.conservation.unknown_kinds == {"mood": 1, "checkpoint-of-2031": 1}
    assert report.conservation.outside == 1
    from supervisor.trace.read.reader import runs

    (run,) = runs(trace.folder.parent)
    assert summary(run).handled == 3


def test_a_field_that_does_not_fit_is_left_out_and_the_rest_is_kept() -> None:
    line = decode(msgspec.json.encode(CHANGED))
    assert isinstance(line, form.HandledLine)
    assert (line.id, line.turn, line.version, line.failure) == ("world/1/3", 3, None, None)


@pytest.mark.parametrize("data", [b"", b"[1]", b"7", b'{"no": "kind"}', b'{"kind": 7}', b"\xff"])
def test_what_is_no_line_is_an_error(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(data)


@pytest.mark.parametrize(
    "fields", [{"id": 7}, {"wall": "noon"}, {"begun": None}, {"out": "x"}, {"message": None, "turn": "three"}]
)
def test_no_field_of_a_wrong_type_makes_a_line_unreadable(fields: dict[str, Any]) -> None:
    line = decode(msgspec.json.encode({**HEARD, **fields}), at=5 * 10**9)
    assert isinstance(line, form.HandledLine | OtherLine)
    assert show.lines([trace_entry(line)])


def trace_entry(line: Any) -> Any:
    from supervisor.trace.read.reader import Entry

    return Entry("root", line)
