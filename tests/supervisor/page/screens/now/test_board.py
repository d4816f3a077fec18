"""What the first screen's pages share: one state that outlives them, and a picture that does not."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from supervisor.control.wire import RequestRefused
from supervisor.page.asking import Asking
from supervisor.page.screens.now.board import LOOK_EVERY, NO_PICTURE, Board

WITHIN = 20.0
OPEN = {"event": "Senses", "closed": ""}
CLOSED = {"event": "Senses", "closed": "the eyes are closed"}


class Instance(Asking):
    """Answers as an instance does whose events a test gives."""

    def __init__(self, *events: dict[str, Any], home: Path = Path()) -> None:
        super().__init__(home)
        self.events = events
        self.more = threading.Event()
        self.looks: list[float] = []

    def stream(self, do: str, stop: threading.Event, **fields: Any) -> Iterator[dict[str, Any]]:
        if do == "look":
            yield self._looked()
            return
        yield from self.events
        while not fields.get("once") and not stop.is_set():
            yield {}
            self.more.wait(0.01)

    def _looked(self) -> dict[str, Any]:
        if OPEN not in self.events:
            raise RequestRefused("the eyes are closed")
        self.looks.append(time.monotonic())
        seen = {"sights": [], "width": 640, "height": 360, "moving": False}
        return {**seen, "picture": b"jpeg", "pictured_at": float(len(self.looks))}


def talk(turn: int) -> tuple[dict[str, Any], ...]:
    person = {"user_id": "usr_mio", "name": "Mio"}
    return (
        {"event": "TurnStarted", "turn": turn, "text": "Hi", "person": person, "certainty": 1.0},
        {"event": "ReplySentence", "turn": turn, "sentence": 0, "text": "Hello."},
    )


def test_a_page_that_is_loaded_shows_what_is_known_and_the_feed_goes_on_from_there() -> None:
    board = Board(Instance(CLOSED, *talk(1)))
    assert [one.sentences for one in board.once().exchanges] == [("Hello.",)]
    assert board.state.exchanges


def test_the_page_that_is_loaded_anew_does_not_count_anything_twice() -> None:
    board = Board(Instance(CLOSED, *talk(1)))
    first, second = threading.Event(), threading.Event()
    old = board.read(first)
    for state in old:
        if state.exchanges and state.exchanges[0].sentences:
            break
    new = board.read(second)
    next(new)
    assert list(old) == []
    second.set()
    assert all(one.exchanges[0].sentences in ((), ("Hello.",)) for one in new)


def test_a_picture_is_there_while_a_page_shows_it_and_gone_with_the_last() -> None:
    asking = Instance(OPEN)
    board = Board(asking)
    stop = threading.Event()
    for state in board.read(stop):
        if len(asking.looks) >= 3 and state.sight.at >= 3.0:
            assert board.picture.jpeg == board.look().jpeg == b"jpeg"
            stop.set()
    assert board.picture is NO_PICTURE
    pauses = [after - before for before, after in zip(asking.looks, asking.looks[1:], strict=False)]
    assert min(pauses) >= LOOK_EVERY * 0.99


def test_nothing_is_looked_at_while_the_eyes_are_closed() -> None:
    asking = Instance(CLOSED)
    board = Board(asking)
    assert board.once().sight.at == 0.0
    with pytest.raises(RequestRefused):
        board.look()
    assert asking.looks == []
