"""`llm.eyes` at a real server on this machine, with a real ring of pictures."""

import base64
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest

from actors.kernel.media.frame_ring import Ring, RingWriter
from actors.kernel.media.ring_names import new_name
from actors.kernel.protocol.lifecycle import Health, HealthChanged, Stop
from actors.llm.eyes import AT_ONCE, Eyes
from actors.llm.http import album
from actors.llm.http.picture import WIDEST
from actors.llm.messages import LookAnswered, LookAsked
from actors.vocabulary.kept_pictures import pictures_in
from config.schema import Bot, ComputerVision, Llm
from tests.doubles.model_server import ModelServer, hang, status, words
from tests.doubles.virtual_world import VirtualWorld

PATIENCE = 60.0
ORANGE = (20, 120, 240)


class Room:
    """The actor, whoever asks it, and the ring that a camera writes into."""

    def __init__(
        self,
        home: Path,
        *servers: ModelServer,
        keep: Literal["nothing", "looked"] = "nothing",
        **settings: object,
    ) -> None:
        self.ring = Ring(new_name(home), 4, 1600 * 900 * 3)
        models = [
            {"name": f"s{n}", "base_url": one.base_url, "model": "m", "roles": ["see"]}
            for n, one in enumerate(servers)
        ]
        self.world = VirtualWorld()
        self.asker = self.world.probe("conversation")
        llm = Llm.model_validate({"models": models, "retries": 0, **settings})
        vision = ComputerVision(keep=keep)
        self.world.start(Eyes(llm, Bot(name="Gerald"), vision, self.ring.address, home), "llm.eyes")
        self.world.run()

    def see(self, height: int = 900, width: int = 1600) -> None:
        """The camera takes an orange picture."""
        writer = RingWriter(self.ring.address)
        writer.write(np.full((height, width, 3), ORANGE, np.uint8), time.time())
        writer.close()

    def ask(self, question: str = "What do you see?") -> None:
        self.world.give("llm.eyes", LookAsked(question), sender="conversation")

    def answers(self, count: int) -> list[LookAnswered]:
        end = time.monotonic() + PATIENCE
        while len(found := self.asker.of(LookAnswered)) < count:
            assert time.monotonic() < end, f"waited in vain; came: {found}"
            self.world.lives["llm.eyes"].step(0.02)
            self.world.run()
        return found

    def look(self) -> LookAnswered:
        self.asker.clear()
        self.ask()
        return self.answers(1)[0]

    @property
    def health(self) -> HealthChanged:
        self.world.run()
        return [one for one in self.world.supervisor.of(HealthChanged) if one.address == "llm.eyes"][-1]

    def close(self) -> None:
        self.world.tell("llm.eyes", Stop())
        self.world.run()
        self.ring.close()
        assert not any(self.world.failures.values()), self.world.failures


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[..., Room]]:
    rooms: list[Room] = []

    def make(*servers: ModelServer, **settings: Any) -> Room:
        rooms.append(Room(tmp_path, *servers, **settings))
        return rooms[-1]

    yield make
    for room in rooms:
        room.close()


def sent(server: ModelServer) -> tuple[str, Any]:
    """The question and the picture of the last request."""
    content = server.requests[-1].body["messages"][-1]["content"]
    text, image = content
    kind, _, data = image["image_url"]["url"].partition(",")
    assert kind == "data:image/jpeg;base64"
    return text["text"], cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)


def test_the_newest_picture_goes_with_the_question_made_small(
    server: ModelServer, made: Callable[..., Room]
) -> None:
    room = made(server)
    room.see()
    server.plan(words("I see ", "an orange wall. ", "Nothing else."))
    assert room.look() == LookAnswered("I see an orange wall. Nothing else.")
    question, picture = sent(server)
    assert question == "What do you see?"
    assert picture.shape == (576, WIDEST, 3)
    assert np.abs(picture.mean(axis=(0, 1)) - ORANGE).max() < 5
    assert "pictures sent so far: 1," in room.health.reason


def test_nothing_is_sent_before_somebody_asks_and_while_there_is_no_picture(
    server: ModelServer, made: Callable[..., Room]
) -> None:
    room = made(server)
    assert "none was sent yet" in room.health.reason
    answer = room.look()
    assert answer.text == ""
    assert "no picture yet" in answer.why
    assert server.requests == []


def test_a_picture_is_kept_only_if_that_is_wanted_and_as_it_was_sent(
    server: ModelServer, made: Callable[..., Room], tmp_path: Path
) -> None:
    for keep, kept in (("nothing", 0), ("looked", 1)):
        room = made(server, keep=keep)
        room.see()
        server.plan(words("A wall."))
        assert room.look().text == "A wall."
        files = list(pictures_in(tmp_path).glob("*"))
        assert len(files) == kept
    _, picture = sent(server)
    assert np.array_equal(cv2.imread(str(files[0])), picture)
    if os.name == "posix":
        assert (files[0].stat().st_mode & 0o777, files[0].parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_what_cannot_be_kept_is_looked_at_all_the_same(
    server: ModelServer, made: Callable[..., Room], tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file is in the way")
    room = made(server, keep="looked")
    room.see()
    server.plan(words("A wall."))
    assert room.look().text == "A wall."


def test_of_kept_pictures_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for second in range(album.MOST + 5):
        album.keep(tmp_path, bytes([second % 251]) * 10, 1_700_000_000.0 + second)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert (len(names), names[0][:19]) == (album.MOST, "2023-11-14T22-13-25")
    monkeypatch.setattr(album, "MOST_BYTES", 95)
    album.keep(tmp_path, b"x" * 20, 1_800_000_000.0)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 90


def test_there_is_a_limit_a_minute(server: ModelServer, made: Callable[..., Room]) -> None:
    room = made(server, pictures_per_minute=2)
    room.see()
    server.plan(*[words("I see it.")] * 3)
    assert [room.look().text for _ in range(3)] == ["I see it.", "I see it.", ""]
    assert len(server.requests) == 2
    assert room.health.health is Health.OK, "who asks too often is no fault of its eyes"
    room.world.advance(60.0)
    assert room.look().text == "I see it."


def test_when_one_server_fails_the_next_one_looks(server: ModelServer, made: Callable[..., Room]) -> None:
    with ModelServer() as other:
        server.plan(status(500, {"error": {"message": "out of memory"}}))
        other.plan(words("I see a wall."))
        room = made(server, other)
        room.see()
        assert room.look().text == "I see a wall."


def test_when_all_fail_the_reason_comes_back(server: ModelServer, made: Callable[..., Room]) -> None:
    server.plan(status(400, {"error": {"message": "this model takes no images"}}))
    room = made(server)
    room.see()
    answer = room.look()
    assert answer.text == ""
    assert "this model takes no images" in answer.why
    assert room.health.health is Health.DEGRADED


def test_many_who_ask_at_once_are_not_many_pictures(server: ModelServer, made: Callable[..., Room]) -> None:
    room = made(server)
    room.see()
    server.plan(*[[hang]] * AT_ONCE)
    for _ in range(AT_ONCE + 3):
        room.ask()
    answers = room.answers(3)
    assert {answer.why for answer in answers} == {"it is looking already"}
