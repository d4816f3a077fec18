"""Traces as the page has them from the commands: damaged ones, ones without words, and ones of others' plugins."""

import shutil
from pathlib import Path

import pytest

from actors.conversation.messages import ReplyEnded, TurnStarted
from actors.kernel.message import Envelope
from actors.kernel.record import Handled
from actors.vocabulary.values import Person
from supervisor.page.commands import CommandFailed, parsed, run
from supervisor.page.screens.turn_list import from_trace
from supervisor.page.screens.turn_view import view
from supervisor.trace.write.recorder import Recorder

RUN = "20260101T000000Z-1"
KEPT = Path(__file__).parents[3] / "traces" / "talk-by-text.mcap"
WITHIN = 60.0


def asked(home: Path, *arguments: str) -> object:
    return parsed(run(home, "trace", *arguments, "--json", within=WITHIN))


def recorded(home: Path, words: str) -> None:
    recorder = Recorder(home / "data" / "traces", "root", run=RUN, words=words)  # type: ignore[arg-type]
    anna = Person("name:anna", "Anna")
    for number, message in enumerate((TurnStarted(7, "my secret", anna), ReplyEnded(7, "said", "I see"))):
        envelope = Envelope("conversation", 1, number + 1, "behaviour", message, turn=7)
        recorder.append(Handled(envelope, 1.0 + number, 1.5 + number, 1000.0 + number))
    recorder.close()


def test_a_damaged_trace_is_said_to_be_and_the_rest_of_it_is_listed(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "traces" / RUN
    folder.mkdir(parents=True)
    shutil.copy(KEPT, folder / "root.0001.mcap")
    damaged = bytearray(KEPT.read_bytes())
    damaged[len(damaged) // 5 : len(damaged) // 5 + 200] = bytes(200)
    (folder / "root.0002.mcap").write_bytes(damaged)
    found = from_trace(asked(tmp_path, "turns"))  # type: ignore[arg-type]
    assert found.torn[0].startswith("root.0002.mcap at byte 169: a chunk is damaged")
    assert found.rows


def test_words_that_were_dropped_are_not_shown_as_words(tmp_path: Path) -> None:
    recorded(tmp_path, "drop")
    found = from_trace(asked(tmp_path, "turns"))  # type: ignore[arg-type]
    (row,) = found.rows
    assert found.words_dropped
    assert (row.turn, row.person, row.said, row.replied, row.outcome) == (7, "", "", "", "said")
    explained = view(asked(tmp_path, "turn", "7"))  # type: ignore[arg-type]
    assert explained.turn["words_dropped"]
    assert "secret" not in str(explained.turn)
    with pytest.raises(CommandFailed, match="drop"):
        run(tmp_path, "replay", RUN, "--turn", "7", "--json", within=WITHIN)


def test_words_that_were_kept_are_shown_and_a_turn_that_is_not_there_is_said_not_to_be(
    tmp_path: Path,
) -> None:
    recorded(tmp_path, "keep")
    explained = view(asked(tmp_path, "turn", "7", "--run", RUN))  # type: ignore[arg-type]
    assert (explained.turn["brief"]["said"], explained.turn["words_dropped"]) == ("my secret", False)
    with pytest.raises(CommandFailed, match="has no record of turn 8"):
        run(tmp_path, "trace", "turn", "8", "--run", RUN, within=WITHIN)
