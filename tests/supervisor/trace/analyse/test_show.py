"""Rows and trees as people see them."""

import io
import json
from datetime import datetime

from rich.console import Console

from actors.kernel.protocol.lifecycle import Failure
from supervisor.trace import records
from supervisor.trace.analyse import show
from supervisor.trace.read.reader import Entry


def mail(
    id: str,
    to: str,
    *,
    cause: str = "",
    at: float = 0.0,
    took: float = 0.0125,
    out: tuple[records.Sent, ...] = (),
    message: object = None,
    failure: Failure | None = None,
) -> Entry:
    line = records.HandledLine(
        id=id,
        sender=id.partition("/")[0],
        recipient=to,
        type="Heard",
        wall=at,
        begun=at,
        ended=at + took,
        message={"type": "Heard", "text": "hi"} if message is None else message,
        cause=cause,
        out=out,
        failure=failure,
    )
    return Entry("root", line)


def shape(entries: list[Entry]) -> list[str]:
    """The tree without its times."""
    return [
        line.replace("01:00:00.000  ", "").split("  12.50")[0] for line in _at_epoch(show.tree_lines(entries))
    ]


def _at_epoch(lines: list[str]) -> list[str]:
    epoch = datetime.fromtimestamp(0.0).strftime("%H:%M:%S.%f")[:-3]
    return [line.replace(epoch, "01:00:00.000") for line in lines]


def test_a_row_says_when_who_whom_what_and_how_long() -> None:
    (line,) = _at_epoch(show.lines([mail("world/1/1", "conversation")]))
    assert line == '01:00:00.000  world → conversation  Heard   12.50 ms  text="hi"'


def test_sound_is_shown_by_its_length() -> None:
    entry = mail(
        "a/1/1", "b", message={"pcm": {"bytes": 1024, "blake2b": "00"}, "at": 1234567890.5, "on": True}
    )
    assert show.row(entry).text == "pcm=<1024 bytes> at=1234567890.500 on=true"


def test_a_failure_and_a_dead_letter_are_marked() -> None:
    failed = mail("a/1/1", "b", failure=Failure("ValueError", "bad"))
    assert show.row(failed).mark == "failed: ValueError: bad"
    dead = records.DeadLine(
        id="a/1/2", sender="a", recipient="b", type="T", wall=0.0, message={}, why="rejected"
    )
    assert show.row(Entry("root", dead)).mark == "dead: rejected"


def test_words_cannot_move_the_cursor() -> None:
    entry = mail("a/1/1", "b", message={"text": "\x1b[2J\u202e gotcha"})
    assert "\x1b" not in "".join(show.lines([entry]) + show.tree_lines([entry]))
    assert "\u202e" not in show.row(entry).text


def test_lives_configurations_and_losses_are_rows_too() -> None:
    rows = [
        records.StartedLine(address="llm", incarnation=2, node="root", arguments={}, seed="", wall=0.0),
        records.StoppedLine(address="llm", incarnation=2, reason="asked", wall=0.0),
        records.ConfigurationLine(version=3, digest="ab", wall=0.0),
        records.LostLine(count=5, why="disk full", wall=0.0),
    ]
    shown = show.lines([Entry("root", line) for line in rows])
    for line, words in zip(
        shown, ("incarnation 2 on root", "asked", "version 3, ab", "5 records: disk full"), strict=True
    ):
        assert words in line


def test_the_tree_puts_effects_below_their_causes() -> None:
    entries = [
        mail("d/1/1", "e", cause="c/1/1", at=0.0),
        mail("a/1/1", "b", at=0.0),
        mail("b/1/1", "c", cause="a/1/1", at=0.0),
        mail("b/1/2", "d", cause="a/1/1", at=0.0),
        mail("c/1/1", "d", cause="b/1/1", at=0.0),
        mail("x/1/1", "y", cause="gone/1/1", at=0.0),
    ]
    assert shape(entries) == [
        "a → b ← Heard",
        "├─ c ← Heard",
        "│  └─ d ← Heard",
        "│     └─ e ← Heard",
        "└─ d ← Heard",
        "x → y ← Heard",
    ]


def test_what_was_sent_and_never_handled_stands_in_the_tree() -> None:
    entries = [mail("a/1/1", "b", out=(records.Sent("b/1/1", "c", "Lost", "00"),))]
    assert show.tree_lines(entries)[1] == "└─ c ← Lost  (not handled in this trace)"


def test_the_message_that_killed_its_actor_stands_once_in_the_tree() -> None:
    killed = mail("a/1/1", "b", failure=Failure("ValueError", "bad"))
    dead = records.DeadLine(
        id="a/1/1", sender="a", recipient="b", type="Heard", wall=0.0, message={}, why="crashed"
    )
    for entries in ([killed, Entry("root", dead)], [Entry("root", dead), killed]):
        (line,) = show.tree_lines(entries)
        assert "failed: ValueError" in line


def test_a_long_chain_and_a_circle_of_causes_end() -> None:
    chain = [mail(f"a/1/{n}", "a", cause=f"a/1/{n - 1}", at=float(n)) for n in range(3000)]
    shown = show.tree_lines(chain)
    assert len(shown) == 3000
    assert max(map(len, shown)) <= 120
    assert len(show.tree_lines([mail("a/1/1", "a", cause="a/1/1")])) == 1


def test_rich_shows_the_same() -> None:
    entries = [mail("a/1/1", "b"), mail("b/1/1", "c", cause="a/1/1")]
    console = Console(file=io.StringIO(), width=120)
    console.print(show.table(entries))
    console.print(show.tree(entries))
    output = console.file.getvalue()  # type: ignore[attr-defined]
    assert "a → b" in output
    assert "└─ " in output


def test_records_are_plain_values() -> None:
    (record,) = json.loads(json.dumps(show.records([mail("a/1/1", "b")])))
    assert record["kind"] == "handled"
    assert record["node"] == "root"
    assert record["message"] == {"type": "Heard", "text": "hi"}
