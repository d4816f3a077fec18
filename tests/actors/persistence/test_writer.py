"""When too much waits for the disk, whoever hands in more is told at once."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import Committed, SaveChange, SaveFailed, SaveSnapshot, Version
from actors.persistence import writer as module
from actors.persistence.messages import BackupFailed, MakeBackup
from actors.persistence.open_store import open_store
from actors.persistence.requests import StoreOutcome, StoreRequest
from actors.persistence.write_behind import WriteBehind
from actors.persistence.writer import Writer
from config.schema import Storage
from tests.actors.persistence.conftest import MIB, HandClock

NOW = Version(1, 1)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (SaveChange("system", 1, Version(1, 0), NOW, b""), SaveFailed),
        (SaveSnapshot("system", 1, NOW, 0, 1, b""), SaveFailed),
        (MakeBackup(), BackupFailed),
    ],
)
def test_what_finds_no_place_is_refused(
    write_behind: WriteBehind, monkeypatch: pytest.MonkeyPatch, message: Message, answer: type[Message]
) -> None:
    monkeypatch.setattr(module, "WAITING", 2)
    writer = Writer("key", write_behind)
    for _ in range(2):
        writer.hand(StoreRequest(None, Asker("", "")))
    assert writer.collect() == ()
    writer.hand(StoreRequest(message, Asker("asker", "asker/1/1")))
    (outcome,) = writer.collect()
    assert outcome.asker == Asker("asker", "asker/1/1")
    assert isinstance(outcome.message, answer)


class InHand(Writer):
    """A writer without a thread: `work` does what the thread would do once."""

    def _begin(self) -> None: ...
    def _rouse(self) -> None: ...

    def work(self) -> None:
        batch = self._taken()
        if batch or self.write_behind.due_in() == 0.0:
            self._do_group(batch or [])


def test_the_disk_is_stuck_for_as_long_as_it_has_had_a_group_and_not_for_as_long_as_that_waited(
    write_behind: WriteBehind, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, stuck = [1.0], []
    writer = InHand("key", write_behind, monotonic=lambda: now[0])

    def answer(requests: Sequence[StoreRequest]) -> tuple[StoreOutcome, ...]:
        now[0] += 2.0
        stuck.append(writer.stuck)
        return ()

    monkeypatch.setattr(write_behind, "answer", answer)
    writer.hand(StoreRequest(None, Asker("", "")))
    now[0] += 10.0
    writer.work()
    assert stuck == [2.0]
    assert writer.stuck == 0.0


def test_what_is_written_because_its_time_has_come_is_told_though_nobody_asks(
    tmp_path: Path, clock: HandClock
) -> None:
    storage = Storage(map_size=MIB, snapshot_interval=3.0)
    writer = InHand("key", WriteBehind(open_store(storage, tmp_path), storage))
    told: list[str] = []
    writer.attach(told.append)
    whole = SaveSnapshot("conversation", 1, NOW, 0, 1, b"")
    writer.hand(StoreRequest(whole, Asker("conversation", "conversation/1/1"), "cause"))
    writer.work()
    assert set(told) == {"cause"}
    told.clear()
    writer.collect()
    clock.seconds += 3.0
    writer.work()
    assert "" in told
    (outcome,) = writer.collect()
    assert outcome.message == Committed("conversation", NOW)
    writer.write_behind.close()
