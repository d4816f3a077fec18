"""`llm.moderator` at a real server on this machine."""

import logging
import time
from collections.abc import Callable, Iterator

import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged, Stop
from actors.llm.messages import Moderated, ModerationRequested
from actors.llm.moderator import MOST, Moderator
from config.schema import Llm, Safety, Secret
from config.schema.safety import Moderation
from tests.doubles.model_server import ModelServer, hang, judged_by, status, verdict, wait_for_gate
from tests.doubles.virtual_world import VirtualWorld

PATIENCE = 60.0
WORDS = "the grobnik walks at night"


class Room:
    """The moderator, and whoever asks it. `run_until` handles its mail, as it really arrives."""

    def __init__(self, server: ModelServer, llm: Llm | None = None, **settings: object) -> None:
        self.world = VirtualWorld()
        self.asker = self.world.probe("conversation")
        moderation = Moderation.model_validate({"base_url": server.base_url, **settings})
        self.actor = Moderator(Safety(moderation=moderation), llm or Llm())
        self.world.start(self.actor, "llm.moderator")
        self.world.run()

    def ask(self, text: str, before: str = "") -> None:
        self.world.give("llm.moderator", ModerationRequested(text, before), sender="conversation")

    def run_until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited in vain; came: {self.asker.messages}"
            self.world.lives["llm.moderator"].step(0.02)
            self.world.run()

    def verdicts(self, count: int) -> list[Moderated]:
        self.run_until(lambda: len(self.asker.of(Moderated)) >= count)
        return self.asker.of(Moderated)

    def judge(self, text: str, before: str = "") -> Moderated:
        self.asker.clear()
        self.ask(text, before)
        return self.verdicts(1)[0]

    @property
    def health(self) -> HealthChanged:
        return [one for one in self.world.supervisor.of(HealthChanged) if one.address == "llm.moderator"][-1]

    def close(self) -> None:
        self.world.tell("llm.moderator", Stop())
        self.world.run()
        assert not any(self.world.failures.values()), self.world.failures


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def made() -> Iterator[Callable[..., Room]]:
    rooms: list[Room] = []

    def make(*args: object, **settings: object) -> Room:
        rooms.append(Room(*args, **settings))  # type: ignore[arg-type]
        return rooms[-1]

    yield make
    for room in rooms:
        room.close()


def test_what_is_asked_and_what_comes_of_it(server: ModelServer, made: Callable[..., Room]) -> None:
    server.plan(verdict(), verdict("violence"))
    room = made(server, model="omni", api_key=Secret("a-key-of-its-own"))
    assert room.judge("Good day.") == Moderated()
    assert room.judge("I hit you.", "Hello there.") == Moderated(("violence",))
    first, second = server.requests
    assert first.path == "/v1/moderations"
    assert first.body == {"input": "Good day.", "model": "omni"}
    assert first.headers["authorization"] == "Bearer a-key-of-its-own"
    assert second.body["input"] == "Hello there. I hit you."
    assert second.connection == first.connection  # kept open
    assert room.health.health is Health.OK


def test_no_server_gets_the_key_of_another(server: ModelServer, made: Callable[..., Room]) -> None:
    server.plan(verdict())
    elsewhere = Llm(api_key=Secret("the-key-of-llm"), base_url="http://127.0.0.1:9/v1")
    made(server, elsewhere).judge("One.")
    made(server, Llm(api_key=Secret("the-key-of-llm"), base_url=server.base_url)).judge("Two.")
    sent = [one.headers.get("authorization") for one in server.requests]
    assert sent == [None, "Bearer the-key-of-llm"]
    assert "model" not in server.requests[0].body


def test_texts_are_judged_side_by_side_and_the_same_one_once(
    server: ModelServer, made: Callable[..., Room]
) -> None:
    server.plan([wait_for_gate, *verdict("hate")])
    room = made(server)
    for text in ("One.", "One.", "Two."):
        room.ask(text)
    for _ in range(2):
        assert server.arrived.acquire(timeout=PATIENCE)  # both are on their way
    server.gate.set()
    assert room.verdicts(3) == [Moderated(("hate",))] * 3
    assert room.judge("Two.") == Moderated(("hate",))
    assert sorted(one.body["input"] for one in server.requests) == ["One.", "Two."]


def test_only_the_chosen_categories_count(server: ModelServer, made: Callable[..., Room]) -> None:
    server.plan(judged_by(knife="violence", idiot="hate/threatening"))
    room = made(server, block=["hate"])
    assert room.judge("A knife.") == Moderated()
    assert room.judge("An idiot with a knife.") == Moderated(("hate/threatening",))


def test_a_category_that_is_not_there_is_shown(server: ModelServer, made: Callable[..., Room]) -> None:
    server.plan(verdict())
    room = made(server, block=["hate", "rudeness"])
    assert room.judge("Fine.") == Moderated()
    assert room.health.health is Health.DEGRADED
    assert "no category rudeness" in room.health.reason
    assert "violence" in room.health.remedy


@pytest.mark.parametrize(
    ("answer", "says", "remedy"),
    [
        (status(401, {"error": {"message": f"bad key, you said {WORDS}"}}), "401", "api_key"),
        (status(404, "<html>not here</html>"), "404", "base_url"),
        (status(429, {"error": "slow down"}), "429", "limit"),
        (status(500, "oh"), "500", "again"),
        (status(200, f"<html>{WORDS}</html>"), "no JSON", "base_url"),
        (status(200, {"object": "list", "data": []}), "no results", "base_url"),
        (status(200, {"results": [{"flag": WORDS}]}), "does not say", "base_url"),
        (status(200, {"results": ["x" * 300_000]}), "more than", "base_url"),
        ([hang], "no verdict within 0.2 s", "safety.moderation.timeout"),
    ],
)
def test_each_failure_has_a_clear_line_without_the_words(
    server: ModelServer,
    made: Callable[..., Room],
    caplog: pytest.LogCaptureFixture,
    answer: list[object],
    says: str,
    remedy: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.plan(answer)  # type: ignore[arg-type]
    room = made(server, timeout=0.2 if answer == [hang] else 8.0)
    failed = room.judge(WORDS)
    assert failed.categories == ()
    assert says in failed.failed
    health = room.health
    assert health.health is Health.DEGRADED
    assert says in health.reason
    assert "withheld (1 of 1 so far)" in health.reason
    assert remedy in health.remedy
    assert "127.0.0.1" in health.reason
    told = f"{failed} {health} {caplog.text}"
    assert WORDS not in told
    assert "grobnik" not in told


def test_a_server_that_is_not_there(server: ModelServer, made: Callable[..., Room]) -> None:
    room = made(server, base_url="http://127.0.0.1:9/v1", on_failure="say")
    assert "cannot be reached" in room.judge("Hello.").failed
    assert "is said (1 of 1 so far)" in room.health.reason
    assert "safety.moderation.base_url" in room.health.remedy


def test_a_server_that_fails_again_and_again_costs_no_time_and_comes_back(
    server: ModelServer, made: Callable[..., Room]
) -> None:
    server.plan(status(500, "oh"), status(500, "oh"), verdict())
    room = made(server)
    assert room.judge("One.").failed  # a single failure costs itself alone
    assert room.judge("Two.").failed
    assert room.judge("Three.").failed  # not asked
    assert len(server.requests) == 2
    room.world.advance(2.5)
    assert room.judge("Four.") == Moderated()
    assert len(server.requests) == 3
    assert room.health.health is Health.OK
    assert "2 of 3 texts were not judged" in room.health.reason


def test_a_server_that_says_when_is_left_alone_until_then(
    server: ModelServer, made: Callable[..., Room]
) -> None:
    server.plan(status(429, {}, Retry_After="7"), verdict())
    room = made(server)
    assert "429" in room.judge("One.").failed
    room.world.advance(6.0)
    assert "429" in room.judge("Two.").failed
    assert len(server.requests) == 1
    room.world.advance(1.5)
    assert room.judge("Three.") == Moderated()


def test_there_is_a_limit_to_what_is_judged_at_once(server: ModelServer, made: Callable[..., Room]) -> None:
    server.plan([wait_for_gate, *verdict()])
    room = made(server, timeout=30.0)
    for number in range(MOST + 1):
        room.ask(f"Sentence {number}.")
    assert room.verdicts(1) == [Moderated(failed="too many texts are being judged")]
    server.gate.set()
    assert len(room.verdicts(MOST + 1)) == MOST + 1


def test_another_server_counts_from_the_next_text_on(server: ModelServer, made: Callable[..., Room]) -> None:
    server.plan(verdict("hate"))
    room = made(server)
    assert room.judge("Same.") == Moderated(("hate",))
    with ModelServer() as other:
        other.plan(verdict())
        assert room.actor.commit({"safety": Safety(moderation=Moderation(base_url=other.base_url))})
        assert room.judge("Same.") == Moderated()
