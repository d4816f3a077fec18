"""Traces for other programs: what they are given is what they accept."""

import itertools
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.kernel.protocol.lifecycle import Failure
from supervisor.trace import records
from supervisor.trace.export.mermaid import diagram
from supervisor.trace.export.perfetto import document
from supervisor.trace.read.reader import Entry
from tests.doubles.rights import is_owners_only
from tests.doubles.sequence_diagram import check_sequence_diagram
from tests.supervisor.trace.analyse.test_show import mail

# Chrome's "Trace Event Format", as far as it says what an event of these phases must have.
NUMBER = {"type": "number"}
EVENT = {
    "type": "object",
    "required": ["ph", "pid", "tid", "name"],
    "properties": {"pid": {"type": "integer"}, "tid": {"type": "integer"}, "name": {"type": "string"}},
    "oneOf": [
        {
            "properties": {
                "ph": {"const": "M"},
                "name": {"enum": ["process_name", "thread_name"]},
                "args": {"required": ["name"]},
            }
        },
        {"properties": {"ph": {"const": "X"}, "ts": NUMBER, "dur": {"minimum": 0}}, "required": ["ts", "dur"]},
        {"properties": {"ph": {"const": "i"}, "ts": NUMBER, "s": {"enum": ["t", "p", "g"]}}, "required": ["ts", "s"]},
        {"properties": {"ph": {"enum": ["s", "f"]}, "ts": NUMBER, "id": {"type": "integer"}}, "required": ["ts", "id"]},
    ],
}  # fmt: skip
FILE = {
    "type": "object",
    "required": ["traceEvents"],
    "properties": {"traceEvents": {"type": "array", "items": EVENT}},
}


def perfetto(entries: list[Entry]) -> list[dict[str, Any]]:
    file = json.loads("".join(document(entries)))
    jsonschema.validate(file, FILE)
    events: list[dict[str, Any]] = file["traceEvents"]
    return events


def entries() -> list[Entry]:
    dead = records.DeadLine(
        id="b/1/9", sender="b", recipient="c", type="Lost", wall=3.0, message={}, why="unknown", cause="a/1/1"
    )
    started = records.StartedLine(address="b", incarnation=1, node="root", arguments={}, seed="", wall=0.5)
    return [
        Entry("root", started),
        mail("a/1/1", "b", at=1.0),
        Entry("child", mail("b/1/1", "c", cause="a/1/1", at=2.0).line),
        mail("b/1/2", "b", cause="a/1/1", at=2.5, failure=Failure("KeyError", "x")),
        Entry("root", dead),
    ]


def test_perfetto_gets_a_track_for_each_actor_grouped_by_process() -> None:
    events = perfetto(entries())
    named = {(e["name"], e["args"]["name"]) for e in events if e["ph"] == "M"}
    assert {
        ("process_name", "root"),
        ("process_name", "child"),
        ("thread_name", "b"),
        ("thread_name", "c"),
    } <= named
    tracks = {(e["pid"], e["tid"]) for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    assert {(e["pid"], e["tid"]) for e in events if e["ph"] != "M"} <= tracks


def test_perfetto_gets_an_arrow_from_each_cause_to_its_effect() -> None:
    events = perfetto(entries())
    slices = [e for e in events if e["ph"] == "X"]
    assert [(e["ts"], e["dur"], e["cat"]) for e in slices] == [
        (1e6, 12500.0, "message"),
        (2e6, 12500.0, "message"),
        (2.5e6, 12500.0, "failed"),
    ]
    starts = {e["id"]: e for e in events if e["ph"] == "s"}
    ends = {e["id"]: e for e in events if e["ph"] == "f"}
    assert starts.keys() == ends.keys()
    assert len(starts) == 2
    for number, start in starts.items():
        cause = slices[0]
        assert (start["pid"], start["tid"]) == (cause["pid"], cause["tid"])
        assert cause["ts"] <= start["ts"] <= cause["ts"] + cause["dur"]
        assert any(ends[number]["ts"] == e["ts"] for e in slices[1:])


def drawn(events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The slices, by the id of their message; each lies alone on its track, and every arrow begins and ends in one."""
    slices = [e for e in events if e["ph"] == "X"]
    assert all(isinstance(e[name], int) for e in slices for name in ("ts", "dur"))
    assert all(e["dur"] >= 1 for e in slices)
    for one, other in itertools.combinations(slices, 2):
        if one["tid"] == other["tid"]:
            assert one["ts"] + one["dur"] <= other["ts"] or other["ts"] + other["dur"] <= one["ts"]
    for arrow in (e for e in events if e["ph"] in "sf"):
        assert any(e["tid"] == arrow["tid"] and e["ts"] <= arrow["ts"] < e["ts"] + e["dur"] for e in slices)
    ends = {e["id"]: e["ts"] for e in events if e["ph"] == "f"}
    assert all(e["ts"] < ends[e["id"]] for e in events if e["ph"] == "s")
    return {e["args"]["id"]: e for e in slices}


def test_perfetto_gets_slices_where_the_simulators_clock_stands_still() -> None:
    slices = drawn(
        perfetto(
            [
                mail("people/1/1", "conversation", at=7.0, took=0.0),
                mail("conversation/1/1", "llm", cause="people/1/1", at=7.0, took=0.0),
                mail("conversation/1/2", "speaker", cause="people/1/1", at=7.0, took=0.0),
                mail("speaker/1/1", "conversation", cause="conversation/1/2", at=7.0, took=0.0),
                mail("speaker/1/2", "conversation", cause="conversation/1/2", at=7.0, took=0.0),
            ]
        )
    )
    assert [e["ts"] - 7_000_000 for e in slices.values()] == [0, 10, 10, 20, 30]


def test_perfetto_gets_an_arrow_of_what_was_sent_at_the_end_of_a_handler() -> None:
    sent = mail("b/1/1", "c", cause="a/1/1", at=2.0, took=0.001)
    cause = mail("a/1/1", "b", at=1.0, took=0.5)
    assert isinstance(sent.line, records.HandledLine)
    assert isinstance(cause.line, records.HandledLine)
    late = msgspec.structs.replace(sent.line, sent_at=cause.line.ended)
    assert len(drawn(perfetto([cause, Entry("root", late)]))) == 2


def test_perfetto_shows_handlers_that_follow_each_other_side_by_side_whatever_the_wall_clock_says() -> None:
    slices = drawn(
        perfetto([mail("a/1/1", "b", at=1.0, took=0.01), mail("a/1/2", "b", at=1.0099, took=0.01)])
    )
    assert [(e["ts"], e["dur"]) for e in slices.values()] == [(1_000_000, 10_000), (1_010_000, 10_000)]


def test_perfetto_gets_a_second_track_for_the_successor_of_what_hangs() -> None:
    slices = drawn(perfetto([mail("a/1/1", "b", at=1.0, took=9.0), mail("a/1/2", "b", at=3.0, took=0.01)]))
    assert slices["a/1/2"]["ts"] == 3_000_000
    assert slices["a/1/1"]["tid"] != slices["a/1/2"]["tid"]


def test_perfetto_takes_no_actor_for_a_main_thread() -> None:
    assert all(e["pid"] != e["tid"] for e in perfetto(entries()))


def test_perfetto_of_nothing_is_a_file_too() -> None:
    assert perfetto([]) == []


def test_a_diagram_shows_who_said_what_to_whom() -> None:
    drawn = diagram(entries())
    check_sequence_diagram(drawn.text)
    assert (drawn.messages, drawn.left_out) == (4, 0)
    assert '  p1->>p2: Heard text="hi"' in drawn.text
    assert "p2-xp3: Lost [dead: unknown]" in drawn.text
    assert "p2-xp2: Heard [failed: KeyError: x]" in drawn.text


def test_a_diagram_has_limits_and_says_what_is_left_out() -> None:
    many = [mail(f"a{n % 30}/1/{n}", f"b{n % 3}", at=float(n)) for n in range(300)]
    drawn = diagram(many, participants=5, messages=10)
    check_sequence_diagram(drawn.text)
    assert drawn.messages <= 10
    assert drawn.messages + drawn.left_out == 300
    assert f"%% {drawn.left_out} more messages are left out" in drawn.text
    assert drawn.text.count("participant ") <= 5


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=80))
def test_no_words_and_no_name_break_a_diagram(sender: str, recipient: str, words: str) -> None:
    drawn = diagram([mail(f"{sender}/1/1", recipient, message={"text": words})])
    check_sequence_diagram(drawn.text)


@pytest.mark.parametrize(
    "text",
    [
        "graph TD\n",
        "sequenceDiagram\n  p1->>p2: not declared\n",
        "sequenceDiagram\n  participant p1 as a\n  p1->>p1: two; statements\n",
        "sequenceDiagram\n  participant p1 as a\n  p1->>p1:\n",
        "sequenceDiagram\n  participant p1 as \n",
    ],
)
def test_the_check_of_diagrams_refuses_what_mermaid_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        check_sequence_diagram(text)


def test_an_export_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    from supervisor.cli.trace.export import _write

    _write(str(tmp_path / "out"), ["a", "b"])
    assert (tmp_path / "out").read_text() == "ab"
    assert is_owners_only(tmp_path / "out")
