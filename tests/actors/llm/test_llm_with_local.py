"""`llm` with the embedded model: waiting for it, losing it, and the real one."""

from pathlib import Path

import pytest

from actors.kernel.protocol.lifecycle import Health
from actors.llm.local import LocalModel
from actors.llm.messages import (
    ChatMessage,
    CompletionEnded,
    CompletionFailed,
    LocalModelReady,
    LocalModelUnavailable,
    WhereIsLocalModel,
)
from actors.speech.messages import Cancel
from actors.system.messages import StageReached
from config.schema import Llm
from tests.actors.llm.conftest import Room
from tests.doubles.model_server import ModelServer, drop, words


def ready(server: ModelServer) -> LocalModelReady:
    return LocalModelReady(server.base_url, "SmolLM2", 0.5)


def test_a_request_waits_until_the_local_model_is_up(server: ModelServer, room: Room) -> None:
    server.plan(words("Hello."))
    room.start(Llm())
    assert room.local.of(WhereIsLocalModel)
    assert room.health is not None
    assert "no OPENROUTER_API_KEY" in room.health.reason
    room.ask()
    room.world.advance(5)
    assert server.requests == []
    room.world.give("llm", ready(server), sender="llm.local")
    room.wait_for(CompletionEnded)
    assert server.requests[0].body["repeat_penalty"] == 1.1
    assert server.requests[0].body["model"] == "SmolLM2"


def test_a_restarted_llm_learns_by_asking_where_the_model_is(server: ModelServer, room: Room) -> None:
    server.plan(words("Hello."))
    room.start(Llm())
    question = room.local.envelopes[0].id
    room.world.tell("llm", ready(server), sender="llm.local", answers=question)
    room.world.run()
    room.ask()
    room.wait_for(CompletionEnded)


def test_a_local_model_that_does_not_come_is_told_in_time(room: Room) -> None:
    room.start(Llm(first_token_timeout=20))
    room.ask()
    room.world.advance(19)
    assert room.asker.messages == []
    room.world.advance(2)
    (failed,) = room.asker.of(CompletionFailed)
    assert failed.kind == "unreachable"
    assert "not up within 20 s" in failed.owner
    assert room.health is not None
    assert room.health.health == Health.DEGRADED


def test_a_local_model_that_cannot_be_is_told_at_once_until_there_is_one(
    server: ModelServer, room: Room
) -> None:
    server.plan(words("Hello."))
    room.start(Llm())
    room.ask(turn=1)
    gone = LocalModelUnavailable("x.gguf is not a GGUF file", "set llm.local.model_path")
    room.world.give("llm", gone, sender="llm.local")
    room.ask(turn=2)
    failed = room.asker.of(CompletionFailed)
    assert [(f.turn, f.kind) for f in failed] == [(1, "unreachable"), (2, "unreachable")]
    assert failed[0].owner == "x.gguf is not a GGUF file; set llm.local.model_path"
    assert room.health is not None
    assert room.health.health == Health.DOWN
    room.world.give("llm", ready(server), sender="llm.local")
    assert room.health.health == Health.OK
    room.ask(turn=3)
    room.wait_for(CompletionEnded)


def test_a_request_whose_local_model_died_goes_to_its_successor(server: ModelServer, room: Room) -> None:
    server.plan([drop], words("Hello."))
    room.start(Llm())
    room.world.give("llm", ready(server), sender="llm.local")
    room.ask()
    room.run_until(lambda: len(room.local.of(WhereIsLocalModel)) == 2)
    assert room.asker.messages == []
    room.world.give("llm", ready(server), sender="llm.local")
    room.wait_for(CompletionEnded)
    assert room.texts == ["Hello."]


def test_a_local_model_that_dies_twice_is_a_failure(server: ModelServer, room: Room) -> None:
    server.plan([drop])
    room.start(Llm())
    room.world.give("llm", ready(server), sender="llm.local")
    room.ask()
    room.run_until(lambda: len(room.local.of(WhereIsLocalModel)) == 2)
    room.world.give("llm", ready(server), sender="llm.local")
    (failed,) = room.wait_for(CompletionFailed)
    assert isinstance(failed, CompletionFailed)
    assert failed.kind == "unreachable"
    assert len(server.requests) == 2


@pytest.mark.models
def test_the_embedded_model_answers_and_can_be_interrupted(room: Room, tmp_path: Path) -> None:
    room.start(Llm(), local=LocalModel(Llm(), tmp_path))
    question = (
        ChatMessage(
            "system", "You are Gerald, a friendly visitor in VRChat. Answer in one or two short sentences."
        ),
        ChatMessage("user", "Hello Gerald, what do you like about this world?"),
    )
    room.ask(1, question)
    (ended,) = room.wait_for(CompletionEnded)
    assert isinstance(ended, CompletionEnded)
    assert ended.text.split()
    assert 0 < ended.tokens <= 48
    assert " ".join(room.texts) == ended.text
    first = room.system.of(StageReached)[0]
    assert first.stage == "first_token"
    room.ask(2, question)
    room.run_until(lambda: len(room.system.of(StageReached)) >= 3)
    room.world.give("llm", Cancel(2))
    room.ask(3, question)
    room.wait_for(CompletionEnded, 2)
    assert [e.turn for e in room.asker.of(CompletionEnded)] == [1, 3]
