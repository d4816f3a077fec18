"""`llm` and guesses: begun ahead, taken over by a turn, dropped alone, and never in anybody's way."""

import pytest

from actors.llm.messages import (
    ChatMessage,
    CompletionEnded,
    CompletionFailed,
    CompletionRequested,
    PromptForeseen,
    SentenceReady,
)
from actors.llm.requests.request_queue import QueuedRequest, RequestQueue
from actors.llm.requests.speculation import AFTER_A_LIMIT, Speculation
from actors.speech.messages import Cancel, Drop
from actors.system.messages import StageReached
from config.schema import Llm
from tests.actors.llm.conftest import PROMPT, Room
from tests.doubles.model_server import ModelServer, hang, status, wait_for_gate, words

OTHER = (ChatMessage("user", "Something else."),)


def remote(server: ModelServer, **more: object) -> Llm:
    return Llm(base_url=server.base_url, model="a-llama", **{"warm_up": False, **more})  # type: ignore[arg-type]


def guess(room: Room, number: int, prompt: tuple[ChatMessage, ...] = PROMPT) -> None:
    room.world.give("llm", CompletionRequested(0, prompt, guess=number), sender="conversation")


def decide(room: Room, turn: int, number: int, prompt: tuple[ChatMessage, ...] = PROMPT) -> None:
    room.world.give("llm", CompletionRequested(turn, prompt, guess=number), sender="conversation")


def test_of_a_guess_the_first_sentence_is_told_and_of_its_turn_all(server: ModelServer, room: Room) -> None:
    server.plan(words("I am fine. ", "And you? ", "Well?"))
    room.start(remote(server))
    guess(room, 5)
    room.wait_for(SentenceReady)
    room.run_until(lambda: room.actor.queue._guess.streamed)
    assert room.asker.messages == [SentenceReady(0, 0, "I am fine.", 5)]
    assert room.system.of(StageReached) == []
    decide(room, 7, 5)
    assert room.asker.messages[1:] == [
        SentenceReady(7, 0, "I am fine."),
        SentenceReady(7, 1, "And you?"),
        SentenceReady(7, 2, "Well?"),
        CompletionEnded(7, 3, "I am fine. And you? Well?", 3, "stop"),
    ]
    assert [(s.turn, s.stage, s.seconds) for s in room.system.of(StageReached)] == [
        (7, "first_token", 0.0),
        (7, "first_sentence", 0.0),
    ]
    assert len(server.requests) == 1


def test_a_turn_takes_over_a_guess_in_the_middle(server: ModelServer, room: Room) -> None:
    server.plan([*words("I am fine. ", "And you? ")[:2], wait_for_gate, *words("Well?")])
    room.start(remote(server))
    guess(room, 5)
    room.wait_for(SentenceReady)
    decide(room, 7, 5)
    server.gate.set()
    room.wait_for(CompletionEnded)
    assert [s.turn for s in room.asker.of(SentenceReady)[1:]] == [7, 7, 7]
    assert len(server.requests) == 1


def test_another_prompt_than_the_guessed_one_is_asked_anew(server: ModelServer, room: Room) -> None:
    server.plan([hang], words("Fine."))
    room.start(remote(server))
    guess(room, 5)
    assert server.arrived.acquire(timeout=5)
    room.world.give("llm", Drop(5))
    decide(room, 7, 5, OTHER)
    room.wait_for(CompletionEnded)
    assert server.requests[0].disconnected.wait(5)
    assert server.requests[1].body["messages"] == [{"role": "user", "content": "Something else."}]


def test_dropping_a_guess_ends_it_alone(server: ModelServer, room: Room) -> None:
    server.plan([*words("A story. ", "Once.")[:1], hang], [hang])
    room.start(remote(server))
    room.ask(turn=3)
    assert server.arrived.acquire(timeout=5)
    guess(room, 5)
    assert server.arrived.acquire(timeout=5)
    room.world.give("llm", Drop(5))
    assert server.requests[1].disconnected.wait(5)
    assert not server.requests[0].disconnected.is_set()
    assert room.actor.queue.running(next(iter(room.actor.queue._running))).turn == 3


def test_cancelling_a_turn_leaves_a_guess_and_a_late_drop_leaves_the_turn(
    server: ModelServer, room: Room
) -> None:
    server.plan([*words("Fine. ")[:1], wait_for_gate, *words("And you?")])
    room.start(remote(server))
    guess(room, 5)
    assert server.arrived.acquire(timeout=5)
    room.world.give("llm", Cancel(6))
    decide(room, 7, 5)
    room.world.give("llm", Drop(5))
    server.gate.set()
    (ended,) = room.wait_for(CompletionEnded)
    assert ended.turn == 7  # type: ignore[attr-defined]


def test_a_guess_that_was_dropped_before_it_came_is_not_begun(server: ModelServer, room: Room) -> None:
    server.plan(words("Fine."))
    room.start(remote(server))
    room.world.give("llm", Drop(5))
    guess(room, 5)
    room.ask(turn=1)
    room.wait_for(CompletionEnded)
    assert len(server.requests) == 1


def test_a_failed_guess_is_silent_and_its_turn_asks_anew(server: ModelServer, room: Room) -> None:
    server.plan(status(429, "slow down"), words("Fine."))
    room.start(remote(server))
    guess(room, 5)
    room.run_until(lambda: room.actor.queue._guess is None)
    assert room.asker.messages == []
    decide(room, 7, 5)
    room.wait_for(CompletionEnded)
    assert room.asker.of(CompletionFailed) == []


def test_switched_off_nothing_is_asked_ahead(server: ModelServer, room: Room) -> None:
    server.plan(words("Fine."))
    room.start(remote(server, speculate="off"))
    guess(room, 5)
    decide(room, 7, 5)
    room.wait_for(CompletionEnded)
    assert len(server.requests) == 1
    assert {s.turn for s in room.asker.of(SentenceReady)} == {7}


def test_a_third_party_gets_no_guess_or_one_between_two_turns_and_none_after_a_limit() -> None:
    assert Speculation("local").admits(1, True, 0.0)
    assert not Speculation("local").admits(1, False, 0.0)
    always = Speculation("always")
    assert [always.admits(n, False, 0.0) for n in (1, 2)] == [True, False]
    always.decided()
    always.broken("rate_limited", 10.0)
    assert not always.admits(3, False, 10.0 + AFTER_A_LIMIT - 1.0)
    assert always.admits(3, False, 10.0 + AFTER_A_LIMIT)


def request(turn: int, number: int = 0) -> QueuedRequest:
    return QueuedRequest(f"r{turn}.{number}", "conversation", turn, PROMPT, 0.0, guess=number)


def test_a_turn_is_begun_before_a_guess_and_takes_its_place() -> None:
    queue = RequestQueue(at_once=1)
    queue.guess(request(0, 5))
    queue.enter(request(1))
    first = queue.begin_next()
    assert first is not None
    assert first.turn == 1
    assert queue.begin_next() is None
    queue.end(first.id)
    assert queue.begin_next() is not None  # the guess
    queue.enter(request(2))
    stopped = queue.make_room()
    assert stopped is not None
    assert stopped.guess == 5
    second = queue.begin_next()
    assert second is not None
    assert second.turn == 2


@pytest.mark.parametrize("begun", [True, False])
def test_a_new_guess_takes_the_place_of_the_one_before(begun: bool) -> None:
    queue = RequestQueue(at_once=1)
    queue.guess(request(0, 5))
    if begun:
        queue.begin_next()
    stopped = queue.guess(request(0, 6))
    assert (stopped is not None) is begun
    assert queue.take_over(5, 1, PROMPT) is None
    assert queue.take_over(6, 1, OTHER) is None
    taken = queue.take_over(6, 1, PROMPT)
    assert taken is not None
    assert (taken.turn, taken.guess) == (1, 0)
    assert queue.begin_next() is taken


def test_a_prompt_that_is_foreseen_is_read_ahead_and_nothing_comes_of_it(
    server: ModelServer, room: Room
) -> None:
    server.plan(words("I"), words("Fine."))
    room.start(remote(server))
    room.world.give("llm", PromptForeseen(OTHER), sender="conversation")
    assert server.arrived.acquire(timeout=5)
    decide(room, 7, 0)
    room.wait_for(CompletionEnded)
    asked = [(one.body["messages"][-1]["content"], one.body["max_tokens"]) for one in server.requests]
    assert asked == [("Something else.", 1), (PROMPT[-1].content, 300)]
    assert room.asker.messages[0] == SentenceReady(7, 0, "Fine.")


def test_nothing_is_read_ahead_where_guesses_are_off(server: ModelServer, room: Room) -> None:
    server.plan(words("Fine."))
    room.start(remote(server, speculate="off"))
    room.world.give("llm", PromptForeseen(OTHER), sender="conversation")
    decide(room, 7, 0)
    room.wait_for(CompletionEnded)
    assert [one.body["messages"][-1]["content"] for one in server.requests] == [PROMPT[-1].content]


def test_nothing_is_read_ahead_while_somebody_is_answered(server: ModelServer, room: Room) -> None:
    server.plan([wait_for_gate, *words("Fine.")])
    room.start(remote(server))
    decide(room, 7, 0)
    assert server.arrived.acquire(timeout=5)
    room.world.give("llm", PromptForeseen(OTHER), sender="conversation")
    server.gate.set()
    room.wait_for(CompletionEnded)
    assert len(server.requests) == 1
