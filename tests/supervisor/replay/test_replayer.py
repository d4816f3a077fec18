"""What was recorded happens again; what does not is found."""

from pathlib import Path

import pytest

from actors.kernel.record import Started
from supervisor.replay.accept import accepted
from supervisor.replay.divergence_report import divergence_report
from supervisor.replay.reconstruct import Unreplayable
from supervisor.replay.replayer import Replayer, Step
from supervisor.trace.write.recorder import Recorder
from tests.supervisor.replay import actors
from tests.supervisor.replay.recording import recorded, recorded_elsewhere

CHEATS = (
    actors.ByTheClock,
    actors.ByChance,
    actors.ByThread,
    actors.ByProcess,
    actors.ByHash,
)


def test_messages_timers_asks_dice_clock_and_the_crash_happen_again(tmp_path: Path) -> None:
    steps: list[Step] = []
    report = Replayer(recorded(tmp_path), watch=steps.append).run()
    assert report.identical, report.divergences
    assert report.actors == ("tally",)
    assert report.messages == len(steps) - 1 >= 12
    types = {getattr(step.line, "type", "began") for step in steps}
    assert types >= {"began", "OneMore", "HowMany", "TallyReminder", "AskTimeout", "FailNow"}
    crash = steps[-1].record.failure
    assert crash is not None
    assert crash.text.startswith("burst at")
    assert "on_burst" in crash.traceback


def test_it_begins_in_the_middle_where_only_a_checkpoint_is_left(tmp_path: Path) -> None:
    whole = Replayer(recorded(tmp_path / "whole", checkpoint=True)).run()
    report = Replayer(recorded(tmp_path / "part", started=False, checkpoint=True)).run()
    assert whole.identical
    assert report.identical, report.divergences
    assert 3 <= report.messages < whole.messages


@pytest.mark.parametrize("kind", CHEATS)
def test_whoever_reaches_for_the_world_by_the_back_door_is_found(
    tmp_path: Path, kind: type[actors.Tally]
) -> None:
    report = Replayer(recorded_elsewhere(tmp_path, kind)).run()
    assert report.differing
    first = report.divergences[0]
    assert (first.address, first.type) == ("tally", "OneMore")
    assert first.differences[0].what == "message 1"


def test_the_first_divergence_comes_with_its_causes_and_both_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded(tmp_path)
    monkeypatch.setattr(
        actors.Tally, "on_remind", lambda self, message: self.tell("tally", actors.OneMore(11))
    )
    report = Replayer(folder).run()
    # One difference makes nothing after it look different.
    assert {found.type for found in report.divergences} == {"TallyReminder"}
    found = report.divergences[0]
    seen = divergence_report(folder, found)
    assert [link.type for link in seen.chain] == ["OneMore", "TallyReminder"]
    (recorded_one,) = seen.messages.values()
    (replayed,) = found.sent.values()
    assert (recorded_one["by"], replayed) == (10, actors.OneMore(11))


def test_an_intended_change_becomes_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded(tmp_path)
    monkeypatch.setattr(
        actors.Tally, "on_remind", lambda self, message: self.tell("tally", actors.OneMore(11))
    )
    assert accepted(folder).differing > 1  # what is told to itself otherwise has consequences
    again = Replayer(folder).run()
    assert again.identical, again.divergences


def test_what_does_not_happen_any_more_is_no_longer_in_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded(tmp_path)
    before = Replayer(folder).run().messages
    monkeypatch.setattr(actors.Tally, "on_remind", lambda self, message: None)
    accepted(folder)
    again = Replayer(folder).run()
    assert again.identical, again.divergences
    assert again.messages < before  # what the reminder told, and what came of that


def test_until_a_message_and_no_further(tmp_path: Path) -> None:
    steps: list[Step] = []
    folder = recorded(tmp_path)
    Replayer(folder, watch=steps.append).run()
    wanted = steps[4].line
    some: list[Step] = []
    report = Replayer(folder, until=wanted.id, watch=some.append).run()  # type: ignore[union-attr]
    assert report.stopped
    assert len(some) == 5
    assert some[-1].line == wanted


def test_what_cannot_be_replayed_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreplayable, match="there is no trace in"):
        Replayer(tmp_path / "nowhere").run()
    report = Replayer(recorded(tmp_path / "a", started=False)).run()
    assert not report.identical
    assert "the record of its start is missing" in report.skipped["tally"]


def test_without_words_nothing_can_be_done_again(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run="run", words="drop")
    recorder.append(Started("tally", 1, "root", b"{}", "seed", 1.0))
    recorder.close()
    with pytest.raises(Unreplayable, match=r"trace\.words: drop"):
        Replayer(tmp_path / "run").run()
