"""`llm`: from a prompt to sentences, with limits, cancelling and honest health."""

import time

from actors.kernel.protocol.lifecycle import Health
from actors.llm.messages import (
    CompletionEnded,
    CompletionFailed,
    SentenceReady,
)
from actors.speech.messages import Cancel
from actors.system.messages import StageReached
from config.schema import Bot, Llm, Secret
from tests.actors.llm.conftest import Room
from tests.doubles.model_server import ModelServer, chunk, drop, event, hang, status, wait_for_gate, words


def remote(server: ModelServer, **more: object) -> Llm:
    return Llm(base_url=server.base_url, model="a-llama", **{"warm_up": False, **more})  # type: ignore[arg-type]


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
    end = time.monotonic() + 60.0
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
    assert failed.owner.startswith(f"127.0.0.1:{server.base_url.split(':')[2][:-3]} (a-llama): 402 ")
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
    server.plan(words("*nods*", " <think>hm"))
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


def test_a_reply_is_as_long_as_the_owner_wants_it_and_the_server_is_told_to_stop(
    server: ModelServer, room: Room
) -> None:
    server.plan([*(event(chunk("I like it. ")) for _ in range(9)), hang])
    room.start(remote(server), bot=Bot(response_length="short"))
    room.ask()
    (ended,) = room.wait_for(CompletionEnded)
    assert ended == CompletionEnded(1, 2, "I like it. I like it.", 3, "stop")
    assert server.requests[0].disconnected.wait(5)


def test_a_new_length_counts_from_the_next_reply_on(server: ModelServer, room: Room) -> None:
    server.plan(words(*["I like it. "] * 9))
    room.start(remote(server), bot=Bot(response_length="long"))
    room.ask(1)
    room.wait_for(CompletionEnded)
    assert room.actor.commit({"bot": Bot(response_length="short")})
    room.ask(2)
    room.wait_for(CompletionEnded, 2)
    assert [e.sentences for e in room.asker.of(CompletionEnded)] == [9, 2]


def test_a_scripted_reply_is_no_longer_either(room: Room) -> None:
    room.start(Llm(mock_responses=True), bot=Bot(response_length="short"))
    room.ask()
    room.world.advance(1.0)
    assert room.asker.of(CompletionEnded)[0].sentences == 2
