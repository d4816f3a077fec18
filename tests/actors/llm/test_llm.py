"""`llm`: from a prompt to sentences, with limits, cancelling and honest health."""

import time
from pathlib import Path

import pytest

from actors.kernel.protocol import Health
from actors.llm.local import LocalModel
from actors.llm.messages import (
    ChatMessage,
    CompletionEnded,
    CompletionFailed,
    LocalModelReady,
    LocalModelUnavailable,
    SentenceReady,
    WhereIsLocalModel,
)
from actors.speech.messages import Cancel
from actors.system.messages import StageReached
from config.schema import Llm, Secret
from tests.actors.llm.conftest import Room
from tests.doubles.model_server import ModelServer, chunk, drop, event, hang, status, wait_for_gate, words


def remote(server: ModelServer, **more: object) -> Llm:
    return Llm(base_url=server.base_url, model="a-model", **more)  # type: ignore[arg-type]


def test_a_prompt_becomes_sentences_and_an_end(server: ModelServer, room: Room) -> None:
    server.plan(words("Gerald: I am fine, ", "thank you so much. ", "*smiles* And ", "you?"))
    room.start(remote(server))
    room.ask(turn=7)
    room.wait_for(CompletionEnded)
    assert room.asker.messages == [
        SentenceReady(7, 0, "I am fine,"),
        SentenceReady(7, 1, "thank you so much."),
        SentenceReady(7, 2, "And you?"),
        CompletionEnded(7, 3, "I am fine, thank you so much. And you?", 4, "stop"),
    ]
    assert server.requests[0].body["messages"][-1]["content"] == "How are you today?"


def test_the_first_token_and_the_first_sentence_are_stages_of_the_turn(
    server: ModelServer, room: Room
) -> None:
    server.plan(words("Hello. ", "How are you? ", "Fine?"))
    room.start(remote(server))
    before = time.time()
    room.ask(turn=7)
    room.wait_for(CompletionEnded)
    stages = room.system.of(StageReached)
    assert [(s.turn, s.stage) for s in stages] == [(7, "first_token"), (7, "first_sentence")]
    assert 0 < stages[0].seconds <= stages[1].seconds < 10
    assert before <= stages[0].at <= stages[1].at <= time.time()


def test_everything_said_is_caused_by_the_request(server: ModelServer, room: Room) -> None:
    server.plan(words("Hello."))
    room.start(remote(server))
    room.ask()
    room.wait_for(CompletionEnded)
    causes = {envelope.cause.partition("/")[0] for envelope in room.asker.envelopes}
    assert causes == {"llm~io"}


def test_no_more_than_allowed_are_asked_at_once_and_the_rest_wait_their_turn(
    server: ModelServer, room: Room
) -> None:
    server.plan([wait_for_gate, *words("Hello.")])
    room.start(remote(server), at_once=2)
    for turn in (1, 2, 3, 4):
        room.ask(turn)
    assert server.arrived.acquire(timeout=5)
    assert server.arrived.acquire(timeout=5)
    assert not server.arrived.acquire(timeout=0.2)
    server.gate.set()
    ended = room.wait_for(CompletionEnded, 4)
    assert sorted(e.turn for e in ended if isinstance(e, CompletionEnded)) == [1, 2, 3, 4]


def test_more_requests_than_may_wait_are_refused_as_busy(server: ModelServer, room: Room) -> None:
    server.plan([hang])
    room.start(remote(server), at_once=1)
    for turn in range(1, 11):
        room.ask(turn)
    (failed,) = room.asker.of(CompletionFailed)
    assert (failed.turn, failed.kind) == (10, "busy")
    assert "performance.max_concurrent_requests" in failed.owner


def test_cancelling_stops_the_stream_within_100_ms_and_nothing_more_is_heard(
    server: ModelServer, room: Room
) -> None:
    server.plan([event(chunk("Hello. How")), hang])
    room.start(remote(server))
    room.ask(turn=1)
    room.wait_for(SentenceReady)
    asked = time.monotonic()
    room.world.give("llm", Cancel(1))
    assert server.requests[0].disconnected.wait(5)
    assert server.requests[0].disconnected_at - asked < 0.1
    server.plan(words("Later."))
    room.ask(turn=1)
    room.ask(turn=2)
    room.wait_for(CompletionEnded)
    assert room.texts == ["Hello.", "Later."]
    assert room.asker.of(CompletionFailed) == []
    assert len(server.requests) == 2


def test_cancelling_drops_those_that_wait_and_leaves_later_turns(server: ModelServer, room: Room) -> None:
    server.plan([hang], words("Three."))
    room.start(remote(server), at_once=1)
    for turn in (1, 2, 3):
        room.ask(turn)
    assert server.arrived.acquire(timeout=5)
    room.world.give("llm", Cancel(2))
    room.wait_for(CompletionEnded)
    assert room.texts == ["Three."]
    assert len(server.requests) == 2


def test_what_a_cancelled_stream_had_already_sent_is_dropped(server: ModelServer, room: Room) -> None:
    server.plan(words("Hello. ", "Bye."))
    room.start(remote(server))
    room.ask(turn=1)
    box = room.world.lives["llm"].mailbox
    end = time.monotonic() + 5
    while len(box) < 4 and time.monotonic() < end:
        server.gate.wait(0.01)
    assert len(box) == 4
    room.world.give("llm", Cancel(1))
    assert room.asker.messages == []


def test_a_provider_error_is_told_degrades_the_health_and_heals_with_the_next_success(
    server: ModelServer, room: Room
) -> None:
    server.plan(status(402, {"error": {"code": 402, "message": "no credits"}}), words("Hello."))
    room.start(remote(server))
    assert room.health is not None
    assert room.health.health == Health.OK
    room.ask(turn=1)
    (failed,) = room.wait_for(CompletionFailed)
    assert isinstance(failed, CompletionFailed)
    assert failed.kind == "out_of_credit"
    assert failed.owner.startswith(f"127.0.0.1:{server.base_url.split(':')[2][:-3]} (a-model): 402 ")
    assert room.health.health == Health.DEGRADED
    assert room.health.reason == failed.owner
    room.ask(turn=2)
    room.wait_for(CompletionEnded)
    assert room.health.health == Health.OK


def test_a_server_that_asks_for_a_pause_gets_one(server: ModelServer, room: Room) -> None:
    server.plan(status(429, {}, Retry_After="30"), words("Hello."))
    room.start(remote(server))
    room.ask(turn=1)
    room.wait_for(CompletionFailed)
    room.ask(turn=2)
    failed = room.asker.of(CompletionFailed)
    assert [(f.turn, f.kind, f.retry_after) for f in failed] == [
        (1, "rate_limited", 30),
        (2, "rate_limited", 30),
    ]
    assert len(server.requests) == 1
    room.world.advance(31)
    room.ask(turn=3)
    room.wait_for(CompletionEnded)


def test_sentences_before_a_break_stand_and_the_break_is_told(server: ModelServer, room: Room) -> None:
    server.plan([event(chunk("Hello. How are")), drop])
    room.start(remote(server))
    room.ask()
    (failed,) = room.wait_for(CompletionFailed)
    assert isinstance(failed, CompletionFailed)
    assert (failed.kind, room.texts) == ("broken_off", ["Hello."])
    assert room.asker.of(CompletionEnded) == []


def test_a_reply_of_nothing_sayable_is_a_failure(server: ModelServer, room: Room) -> None:
    server.plan(words("*waves*", " <think>hm"))
    room.start(remote(server))
    room.ask()
    (failed,) = room.wait_for(CompletionFailed)
    assert isinstance(failed, CompletionFailed)
    assert failed.kind == "empty_reply"


def test_scripted_replies_need_no_server_and_take_their_time(room: Room) -> None:
    room.start(Llm(mock_responses=True, api_key=Secret("k")))
    assert room.health is not None
    assert room.health.reason == "scripted replies (llm.mock_responses)"
    room.ask(turn=3)
    assert room.asker.messages == []
    room.world.advance(1.0)
    assert room.texts[0] == "You said: How are you today."
    (ended,) = room.asker.of(CompletionEnded)
    assert (ended.turn, ended.sentences, ended.text) == (3, len(room.texts), " ".join(room.texts))
    assert [s.stage for s in room.system.of(StageReached)] == ["first_token", "first_sentence"]


def test_a_scripted_reply_is_cancelled_like_any_other(room: Room) -> None:
    room.start(Llm(mock_responses=True))
    room.ask(turn=3)
    room.world.advance(0.051)
    room.world.give("llm", Cancel(3))
    room.world.advance(1.0)
    assert len(room.texts) == 1
    assert room.asker.of(CompletionEnded) == []


# -- the local model


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
    assert (first.stage, first.seconds < 5) == ("first_token", True)
    room.ask(2, question)
    room.run_until(lambda: len(room.system.of(StageReached)) >= 3)
    room.world.give("llm", Cancel(2))
    room.ask(3, question)
    room.wait_for(CompletionEnded, 2)
    assert [e.turn for e in room.asker.of(CompletionEnded)] == [1, 3]
