"""What was recorded happens again; what does not is found."""

import pdb
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.kernel.message import Envelope
from actors.kernel.record import Handled, Started
from supervisor.replay.accept import accepted
from supervisor.replay.compare import Difference, Divergence
from supervisor.replay.divergence_report import LONGEST, divergence_report
from supervisor.replay.observers import Debugger, StateLog
from supervisor.replay.reconstruct import Unreplayable
from supervisor.replay.replayer import Replayer, Step
from supervisor.trace.records import HandledLine
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


def test_a_chain_of_causes_ends_at_the_message_itself_and_has_a_limit(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, "root", run="run")
    for number in range(1, LONGEST + 9):
        envelope = Envelope("tally", 1, number, "tally", actors.OneMore(), f"tally/1/{number - 1}")
        recorder.append(Handled(envelope, 1.0, 1.0, float(number)))
    recorder.close()

    def chain(number: int) -> list[str]:
        id = f"tally/1/{number}"
        differences = (Difference("message 1", f"{id} OneMore to tally [x]", None),)
        found = divergence_report(
            tmp_path / "run", Divergence("tally", 1, id, "OneMore", 1.0, differences, {})
        )
        assert list(found.messages) == [id]
        return [link.id for link in found.chain]

    assert chain(3) == ["tally/1/1", "tally/1/2", "tally/1/3"]
    assert chain(LONGEST + 5) == [f"tally/1/{number}" for number in range(6, LONGEST + 6)]


# -- observers


def test_a_log_shows_each_step_and_what_it_changed(tmp_path: Path) -> None:
    lines: list[str] = []
    log = StateLog(lines.append)
    Replayer(recorded(tmp_path), before=lambda replayed, _: log.before(replayed), watch=log.after).run()
    assert lines[0].endswith("tally began (incarnation 1)")
    step = next(at for at, text in enumerate(lines) if "OneMore" in text)
    assert lines[step + 1] == "  set total 1"


def test_a_debugger_opens_in_the_handler_of_that_message_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded(tmp_path)
    lines: list[HandledLine] = []
    Replayer(folder, before=lambda _, line: lines.append(line)).run()
    wanted = [line for line in lines if line.type == "OneMore"][1]
    called: list[object] = []

    def runcall(self: pdb.Pdb, handler: Callable[[object], None], message: object) -> None:
        called.append(message)
        handler(message)

    monkeypatch.setattr(pdb.Pdb, "runcall", runcall)
    steps: list[Step] = []
    report = Replayer(folder, until=wanted.id, before=Debugger(wanted.id).before, watch=steps.append).run()
    assert called == [steps[-1].message]
    assert report.identical


def test_a_debugger_leaves_answers_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = recorded(tmp_path)
    answers: list[HandledLine] = []
    Replayer(folder, before=lambda _, line: answers.append(line)).run()
    answer = next(line for line in answers if line.answers)
    monkeypatch.setattr(pdb.Pdb, "runcall", None)
    assert Replayer(folder, before=Debugger(answer.id).before).run().identical


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


def test_a_replay_ends_before_the_turn_after_the_one_that_is_wanted() -> None:
    steps: list[Step] = []
    kept = Path(__file__).parents[2] / "traces" / "talk-by-text.mcap"
    report = Replayer(kept, until_turn=3, watch=steps.append).run()
    turns = {step.line.turn for step in steps if isinstance(step.line, HandledLine)}
    assert report.stopped
    assert report.identical
    assert max(turns) == 3
