"""When too much waits for the disk, whoever hands in more is told at once."""

import pytest

from actors.kernel.message import Asker, Message
from actors.kernel.protocol.storage import SaveChange, SaveFailed, SaveSnapshot, Version
from actors.persistence import writer as module
from actors.persistence.messages import BackupFailed, MakeBackup
from actors.persistence.requests import StoreRequest
from actors.persistence.write_behind import WriteBehind
from actors.persistence.writer import Writer

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
