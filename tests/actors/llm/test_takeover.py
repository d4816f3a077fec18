"""Several servers: the next one takes over within the turn, and the first answers again when it is healthy."""

from collections.abc import Iterator

import pytest

from actors.kernel.protocol.lifecycle import Health
from actors.llm.internal import ProbeDue
from actors.llm.messages import (
    CompletionEnded,
    CompletionFailed,
    DoesEmbeddedAnswer,
    EmbeddedAnswers,
    LocalModelReady,
    LocalModelUnavailable,
    NotesDropped,
    NotesRequested,
    NotesTaken,
    SentenceReady,
)
from config.schema import Llm, LocalLlm, Secret, ServerSettings
from tests.actors.llm.conftest import PROMPT, Room
from tests.doubles.model_server import (
    ModelServer,
    chunk,
    drop,
    event,
    hang,
    raw,
    status,
    wait_for_gate,
    words,
)

GONE = LocalModelUnavailable("there is none", "install it")


@pytest.fixture
def servers() -> Iterator[tuple[ModelServer, ModelServer, ModelServer]]:
    with ModelServer() as first, ModelServer() as second, ModelServer() as third:
        for number, one in enumerate((first, second, third), 1):
            one.plan(words(f"I am number {number}."))
        yield first, second, third


def listed(*servers: ModelServer, **more: object) -> Llm:
    """A configuration of these servers, in this order."""
    models = tuple(
        ServerSettings(name=f"s{number}", base_url=one.base_url, model=f"llama{number}")
        for number, one in enumerate(servers, 1)
    )
    return Llm(**{"models": models, "warm_up": False, **more})  # type: ignore[arg-type]


def answered(room: Room, turn: int) -> str:
    """What is answered in a turn."""
    before = len(room.asker.of(CompletionEnded))
    room.ask(turn)
    ended = room.wait_for(CompletionEnded, before + 1)[-1]
    assert isinstance(ended, CompletionEnded)
    assert ended.turn == turn
    return ended.text


def rested(room: Room, server: ModelServer, seconds: float) -> None:
    """The time of a rest passes, and the server has been tried."""
    before = len(server.requests)
    room.world.advance(seconds)
    room.run_until(lambda: len(server.requests) > before)


@pytest.mark.parametrize(
    "failure",
    [
        [drop],
        status(500, {"error": {"message": "broken"}}),
        status(503),
        status(429, {}, Retry_After="30"),
        status(404, {"error": {"message": "no such model"}}),
        status(401),
        status(402),
        [event({"error": {"message": "overloaded", "code": 529}}), hang],
        words("<think>hm</think>"),
        words(),
    ],
)
def test_the_next_server_answers_in_the_same_turn_whatever_went_wrong_before_the_first_word(
    failure: list[object], servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    first.plan(failure)  # type: ignore[arg-type]
    room.start(listed(*servers))
    assert answered(room, 1) == "I am number 2."
    assert len(first.requests) == len(second.requests) == 1
    assert room.asker.of(CompletionFailed) == []


def test_a_server_that_is_not_there_is_passed_over(servers: tuple[ModelServer, ...], room: Room) -> None:
    with ModelServer() as closed:
        pass
    room.start(listed(closed, servers[1]))
    assert answered(room, 1) == "I am number 2."


def test_a_first_word_that_is_late_comes_from_the_next_server_and_once(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    first.plan([wait_for_gate, *words("I am late.")])
    slow = ServerSettings(name="slow", base_url=first.base_url, first_token_timeout=0.2, connect_timeout=0.1)
    quick = ServerSettings(name="quick", base_url=second.base_url)
    room.start(Llm(models=(slow, quick), warm_up=False))
    assert answered(room, 1) == "I am number 2."
    first.gate.set()
    assert room.texts == ["I am number 2."]


def test_the_first_dies_mid_session_and_is_used_again_when_it_answers(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, _, third = servers
    room.start(listed(*servers))
    assert answered(room, 1) == "I am number 1."
    first.plan(status(503))
    assert answered(room, 2) == "I am number 2."
    assert answered(room, 3) == "I am number 2."
    assert len(first.requests) == 2, "a server that rests is not asked"
    assert room.health is not None
    assert room.health.health == Health.DEGRADED
    assert f"127.0.0.1:{first.base_url.split(':')[2][:-3]} (llama1): 503" in room.health.reason
    assert "llama2 at 127.0.0.1" in room.health.reason
    assert "tried again by itself" in room.health.remedy
    rested(room, first, 6)
    room.run_until(lambda: not room.world.lives["llm"].mailbox)
    assert answered(room, 4) == "I am number 2.", "the trial failed"
    first.plan(words("I am number 1."))
    rested(room, first, 11)
    room.run_until(lambda: room.health is not None and room.health.health == Health.OK)
    assert answered(room, 5) == "I am number 1."
    assert third.requests == []


def test_where_all_are_dead_the_embedded_model_answers(servers: tuple[ModelServer, ...], room: Room) -> None:
    with ModelServer() as embedded:
        embedded.plan(words("I am small."))
        for one in servers:
            one.plan(status(500))
        room.start(listed(*servers))
        room.world.give("llm", LocalModelReady(embedded.base_url, "SmolLM2", 0.5), sender="llm.local")
        assert answered(room, 1) == "I am small."
        assert [len(one.requests) for one in servers] == [1, 1, 1]
        assert room.health is not None
        assert "the embedded model answers instead" in room.health.reason


def test_the_conversation_hears_of_the_embedded_model_before_its_first_word_and_when_a_server_is_back(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    with ModelServer() as embedded:
        embedded.plan(words("I am small."))
        first.plan(status(500))
        second.plan(status(500))
        room.start(listed(first, second))
        room.world.give("llm", LocalModelReady(embedded.base_url, "SmolLM2", 0.5), sender="llm.local")
        assert room.asker.of(EmbeddedAnswers) == [], "not while the list is whole"
        answered(room, 1)
        answered(room, 2)
        assert room.asker.of(EmbeddedAnswers) == [EmbeddedAnswers(True)], "at the change, and once"
        order = [type(one) for one in room.asker.messages]
        assert order.index(EmbeddedAnswers) < order.index(SentenceReady)
        room.world.give("llm", DoesEmbeddedAnswer(), sender="conversation")
        assert room.asker.of(EmbeddedAnswers)[1:] == [EmbeddedAnswers(True)]
        first.plan(words("I am number 1."))
        rested(room, first, 6)
        told = room.wait_for(EmbeddedAnswers, 3)
        assert told[2:] == [EmbeddedAnswers(False)]
        room.world.give("llm", DoesEmbeddedAnswer(), sender="conversation")
        assert len(room.asker.of(EmbeddedAnswers)) == 3


@pytest.mark.parametrize("none", [True, False])
def test_where_no_placeholder_comes_last_the_conversation_hears_nothing(
    none: bool, servers: tuple[ModelServer, ...], room: Room
) -> None:
    """none: there is no embedded model at all; else the owner chose another file for it."""
    with ModelServer() as embedded:
        embedded.plan(words("I am large."))
        servers[0].plan(status(500), words("I am number 1."))
        room.start(listed(servers[0], local=LocalLlm(model_path=None if none else "large.gguf"), retries=0))
        ready = LocalModelReady(embedded.base_url, "large", 0.5)
        room.world.give("llm", GONE if none else ready, sender="llm.local")
        room.ask(1)
        room.wait_for(CompletionFailed if none else CompletionEnded)
        assert room.asker.of(EmbeddedAnswers) == []


def test_the_embedded_model_is_waited_for_where_nothing_else_is_left(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    with ModelServer() as embedded:
        embedded.plan(words("I am small."))
        servers[0].plan(status(500))
        room.start(listed(servers[0]))
        room.ask(1)
        room.run_until(lambda: room.health is not None and room.health.health == Health.DEGRADED)
        room.world.give("llm", LocalModelReady(embedded.base_url, "SmolLM2", 0.5), sender="llm.local")
        room.wait_for(CompletionEnded)
        assert room.texts == ["I am small."]


def test_without_an_embedded_model_each_server_is_tried_once_and_then_it_is_said(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    for one in servers:
        one.plan(status(500))
    room.start(listed(*servers, retries=0))
    room.world.give("llm", GONE, sender="llm.local")
    room.ask(1)
    (failed,) = room.wait_for(CompletionFailed)
    assert isinstance(failed, CompletionFailed)
    assert failed.kind == "server_error"
    assert [len(one.requests) for one in servers] == [1, 1, 1]
    servers[1].plan(words("I am number 2."))
    room.ask(2)
    room.wait_for(CompletionEnded)
    assert room.texts == ["I am number 2."], "a server that rests is better than none"


def test_after_the_first_word_nobody_else_is_asked_and_nothing_is_said_twice(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    first.plan([event(chunk("Hello. How are")), drop])
    room.start(listed(*servers))
    room.ask(1)
    (failed,) = room.wait_for(CompletionFailed)
    assert isinstance(failed, CompletionFailed)
    assert (failed.kind, room.texts, second.requests) == ("broken_off", ["Hello."], [])


def test_a_parameter_that_one_server_refuses_is_still_sent_to_the_others(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    refusal = {"error": {"message": "Unsupported parameter: 'max_tokens'", "param": "max_tokens"}}
    first.plan(status(400, refusal), words("I am number 1."), status(500))
    room.start(listed(first, second, max_tokens=77, temperature=None))
    assert answered(room, 1) == "I am number 1."
    assert answered(room, 2) == "I am number 2."
    limits = [
        {name: value for name, value in one.body.items() if name.startswith("max_")} for one in first.requests
    ]
    assert limits == [{"max_tokens": 77}, {"max_completion_tokens": 77}, {"max_completion_tokens": 77}]
    assert second.requests[0].body["max_tokens"] == 77


def test_every_server_gets_its_own_parameters_and_key_and_no_other(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, third = servers
    first.plan(status(500))
    second.plan(status(500))
    models = (
        ServerSettings(name="a", base_url=first.base_url, extra={"top_p": 0.5, "provider": {"order": ["x"]}}),
        ServerSettings(name="b", base_url=second.base_url),
        ServerSettings(base_url=third.base_url, model="c"),
    )
    keys = {"a": Secret("key-of-a-0123456789")}
    llm = Llm(
        models=models, api_keys=keys, api_key=Secret("key-of-openrouter"), extra={"top_k": 9}, warm_up=False
    )
    room.start(llm)
    assert answered(room, 1) == "I am number 3."
    a, b, c = first.requests[0], second.requests[0], third.requests[0]
    assert a.headers["authorization"] == "Bearer key-of-a-0123456789"
    assert "authorization" not in b.headers
    assert "authorization" not in c.headers, "the key of the section goes to the section's address only"
    assert (a.body["top_p"], a.body["top_k"], a.body["provider"]) == (0.5, 9, {"order": ["x"]})
    assert (b.body.get("top_p"), b.body["top_k"], c.body["model"]) == (None, 9, "c")


def test_a_new_list_leaves_a_reply_under_way_alone(servers: tuple[ModelServer, ...], room: Room) -> None:
    first, second, _ = servers
    first.plan([event(chunk("Hello there. I do")), wait_for_gate, *words(" go on.")])
    room.start(listed(first))
    room.ask(1)
    room.wait_for(SentenceReady)
    assert room.actor.commit({"llm": listed(second)})
    first.gate.set()
    room.wait_for(CompletionEnded)
    assert room.texts == ["Hello there.", "I do go on."]
    assert answered(room, 2) == "I am number 2."


def test_a_request_that_fails_after_its_server_was_taken_off_the_list_goes_to_the_new_one(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    first.plan([wait_for_gate, drop])
    room.start(listed(first))
    room.ask(1)
    assert first.arrived.acquire(timeout=5)
    assert room.actor.commit({"llm": listed(second)})
    first.gate.set()
    room.wait_for(CompletionEnded)
    assert room.texts == ["I am number 2."]


def test_what_is_known_of_a_server_survives_a_change_of_another(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, third = servers
    first.plan(status(500))
    room.start(listed(first, second))
    assert answered(room, 1) == "I am number 2."
    assert room.actor.commit({"llm": listed(first, second, third)})
    assert answered(room, 2) == "I am number 2."
    assert len(first.requests) == 1


def test_notes_are_asked_of_a_server_with_that_role(servers: tuple[ModelServer, ...], room: Room) -> None:
    first, second, _ = servers
    second.plan(words("She likes trains."))
    models = (
        ServerSettings(name="a", base_url=first.base_url, roles=("talk",)),
        ServerSettings(name="b", base_url=second.base_url, roles=("remember",)),
    )
    room.start(Llm(models=models, warm_up=False))
    room.world.give("llm", NotesRequested("Anna", PROMPT), sender="conversation")
    room.wait_for(NotesTaken)
    assert (len(first.requests), len(second.requests)) == (0, 1)
    assert answered(room, 1) == "I am number 1."


def test_notes_that_are_not_wanted_any_more_are_not_waited_for(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, *_ = servers
    first.plan([hang], words("She likes trains."))
    room.start(listed(first))
    room.world.give("llm", NotesRequested("Anna", PROMPT), sender="conversation")
    assert first.arrived.acquire(timeout=10)
    room.world.give("llm", NotesDropped())
    assert first.requests[0].disconnected.wait(10)
    room.world.give("llm", NotesRequested("Anna", PROMPT), sender="conversation")
    room.wait_for(NotesTaken)


def test_a_strangers_server_is_tried_again_only_while_people_talk(room: Room) -> None:
    """It may cost money, or a request of the few that are free a day."""
    far = ServerSettings(name="far", base_url="https://no-such-server.example.com/v1")
    room.start(Llm(models=(far,), warm_up=False))
    order = room.actor.servers
    server = order.provider.servers[0]
    order.rest(server, "gone; wait", room.actor.now())
    room.world.advance(3600)
    room.world.give("llm", ProbeDue(server.key))
    assert order.deferred() == (server.key,)
    assert order.deferred() == ()


def test_signs_of_life_without_a_word_do_not_keep_the_next_server_waiting(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    silent = event({"id": "x", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
    first.plan([*(raw(b": keep-alive\n\n"), silent) * 3, wait_for_gate, *words("Late.")])
    slow = ServerSettings(name="slow", base_url=first.base_url, first_token_timeout=0.3, connect_timeout=0.1)
    room.start(Llm(models=(slow, ServerSettings(base_url=second.base_url)), warm_up=False))
    assert answered(room, 1) == "I am number 2."


@pytest.mark.parametrize(
    "failure",
    [
        status(402, {"error": {"message": "Insufficient credits", "code": 402}}),
        status(400, {"error": {"message": "You have reached your specified API usage limits"}}),
        [event({"error": {"message": "Rate limit exceeded", "code": 429}})],
        status(429, {}, Retry_After="47"),
    ],
)
def test_who_has_used_up_its_credit_is_not_asked_with_every_turn(
    failure: list[object], servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    first.plan(failure)  # type: ignore[arg-type]
    room.start(listed(first, second))
    assert [answered(room, turn) for turn in (1, 2, 3)] == ["I am number 2."] * 3
    assert (len(first.requests), len(second.requests)) == (1, 3)


def test_a_trial_is_small_holds_nobodys_words_and_does_not_answer(
    servers: tuple[ModelServer, ...], room: Room
) -> None:
    first, second, _ = servers
    first.plan(status(503), words("Hello! ", "How can I help?"))
    room.start(listed(first, second))
    assert answered(room, 1) == "I am number 2."
    rested(room, first, 6)
    room.run_until(lambda: room.health is not None and room.health.health == Health.OK)
    trial = first.requests[1].body
    assert trial["messages"] == [{"role": "user", "content": "Hello."}]
    assert trial["max_tokens"] == 16
    assert room.texts == ["I am number 2."]
    assert (len(first.requests), len(second.requests)) == (2, 1)
