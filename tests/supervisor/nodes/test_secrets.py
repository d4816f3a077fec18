"""How a worker comes by a secret before anybody reads its wire, and afterwards."""

from collections import deque

import msgspec
import pytest

from supervisor.nodes.link import FrameType
from supervisor.nodes.secrets import Secrets, answer


class Wire:
    """The child's end, with what the parent has sent already."""

    def __init__(self, *frames: tuple[FrameType, bytes]) -> None:
        self.coming = deque(frames)
        self.sent: list[tuple[FrameType, bytes]] = []

    def send(self, frame: FrameType, body: bytes = b"") -> None:
        self.sent.append((frame, body))

    def receive(self) -> tuple[FrameType, bytes]:
        return self.coming.popleft()

    def close(self) -> None:
        """Nothing to end."""


def revealed(key: str, text: str | None) -> tuple[FrameType, bytes]:
    return FrameType.REVEALED, msgspec.msgpack.encode((key, text))


def test_mail_that_came_before_the_answer_is_kept_in_order() -> None:
    mail = [(FrameType.MAIL, b"first"), (FrameType.LEVEL, b"DEBUG"), (FrameType.MAIL, b"second")]
    wire = Wire(*mail, revealed("llm.api_key", "planted"))
    secrets = Secrets(wire)
    assert secrets.reveal("llm.api_key") == "planted"
    assert wire.sent == [(FrameType.REVEAL, b"llm.api_key")]
    assert list(secrets.early()) == mail
    assert secrets.early() == ()


def test_what_the_parent_does_not_have_is_no_secret() -> None:
    secrets = Secrets(Wire(revealed("llm.api_key", None)))
    with pytest.raises(KeyError, match=r"llm\.api_key"):
        secrets.reveal("llm.api_key")


def test_the_parent_answers_with_what_it_has() -> None:
    wire = Wire()
    answer(wire, b"llm.api_key", {"llm.api_key": "planted"}.__getitem__)
    answer(wire, b"other", {}.__getitem__)
    assert wire.sent == [revealed("llm.api_key", "planted"), revealed("other", None)]
