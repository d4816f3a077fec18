"""`llm` and acts: tools where a server takes them, marks where it does not, and nothing of a guess."""

import pytest

from actors.behaviour.messages import ActIntended
from actors.llm.messages import CompletionEnded, CompletionRequested, OwnActs, SentenceReady
from config.schema import Llm
from tests.actors.llm.conftest import PROMPT, Room
from tests.doubles.model_server import ModelServer, Step, chunk, event, status, words


def remote(server: ModelServer) -> Llm:
    return Llm(base_url=server.base_url, model="a-llama", warm_up=False, retries=0)


def ask(room: Room, turn: int = 1, guess: int = 0) -> None:
    room.world.give("llm", CompletionRequested(turn, PROMPT, guess=guess), sender="conversation")


def calls(*parts: tuple[int, str, str], finish: str = "") -> Step:
    """Parts of calls: index, name, arguments."""
    found = [{"index": i, "function": {"name": name, "arguments": arguments}} for i, name, arguments in parts]
    sent = chunk(None, finish or None)
    sent["choices"][0]["delta"] = {"tool_calls": found}
    return event(sent)


def test_a_call_beside_the_words_is_an_act_and_the_words_go_on(server: ModelServer, room: Room) -> None:
    acts = room.world.probe("behaviour")
    call = [calls((0, "act", "")), calls((0, "", '{"na')), calls((0, "", 'me": "wave"}'))]
    server.plan([event(chunk("Hello there. ")), event(chunk("Well? ")), *call, *words("Bye.")])
    room.start(remote(server))
    ask(room)
    room.wait_for(CompletionEnded)
    assert acts.of(ActIntended) == [ActIntended(1, "wave", 1, "tool")]
    assert room.texts == ["Hello there.", "Well?", "Bye."]
    tools = server.requests[0].body["tools"]
    assert "wave" in tools[0]["function"]["parameters"]["properties"]["name"]["enum"]


def test_a_model_that_only_acts_is_asked_for_its_words(server: ModelServer, room: Room) -> None:
    acts = room.world.probe("behaviour")
    server.plan(
        [calls((0, "act", '{"name": "clap"}'), finish="tool_calls"), event("[DONE]")], words("Bravo.")
    )
    room.start(remote(server))
    ask(room)
    room.wait_for(CompletionEnded)
    assert acts.of(ActIntended) == [ActIntended(1, "clap", 0, "tool")]
    assert room.texts == ["Bravo."]
    assert "tools" not in server.requests[1].body
    assert "clap" in server.requests[1].body["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (400, "registry.ollama.ai/library/gemma:2b does not support tools"),
        (404, "No endpoints found that support tool use. To learn more about provider routing, visit: x"),
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        (500, "tools param requires --jinja flag"),
        (422, "extra fields not permitted: tools"),
    ],
)
def test_a_server_without_tools_is_told_the_marks_and_that_is_remembered(
    server: ModelServer, room: Room, code: int, said: str
) -> None:
    acts = room.world.probe("behaviour")
    refusal = status(code, {"error": {"message": said, "code": code}})
    server.plan(refusal, words("[wave] Hello there."), words("Fine."))
    room.start(remote(server))
    ask(room)
    room.wait_for(CompletionEnded)
    assert acts.of(ActIntended) == [ActIntended(1, "wave", 0, "mark")]
    assert room.texts == ["Hello there."]
    ask(room, 2)
    room.run_until(lambda: len(room.asker.of(CompletionEnded)) == 2)
    assert ["tools" in request.body for request in server.requests] == [True, False, False]
    assert "[wave]" in server.requests[2].body["messages"][0]["content"]


def test_what_the_avatar_has_of_its_own_is_offered_and_may_be_chosen(server: ModelServer, room: Room) -> None:
    acts = room.world.probe("behaviour")
    call = [calls((0, "act", '{"name": "peace_sign"}'))]
    server.plan([event(chunk("Peace! [hand pose] ")), *call, *words("Bye.")], words("[peace_sign] Hi."))
    room.start(remote(server))
    room.world.give("llm", OwnActs(("peace_sign", "hand_pose")), sender="behaviour")
    ask(room)
    room.wait_for(CompletionEnded)
    assert {one.act for one in acts.of(ActIntended)} == {"peace_sign", "hand_pose"}
    assert room.texts == ["Peace!", "Bye."]
    tools = server.requests[0].body["tools"][0]["function"]["parameters"]["properties"]["name"]["enum"]
    assert {"peace_sign", "hand_pose", "wave"} <= set(tools)
    acts.clear()
    room.world.give("llm", OwnActs(()), sender="behaviour")
    ask(room, 2)
    room.run_until(lambda: len(room.asker.of(CompletionEnded)) == 2)
    assert acts.of(ActIntended) == [], "another avatar has none"


def test_nothing_of_a_guess_is_acted_before_it_is_a_turn(server: ModelServer, room: Room) -> None:
    acts = room.world.probe("behaviour")
    server.plan(words("[wave] Hello there. ", "Well?"))
    room.start(remote(server))
    ask(room, 0, guess=5)
    room.wait_for(SentenceReady)
    room.run_until(lambda: room.actor.queue._guess.streamed)
    assert acts.messages == []
    ask(room, 7, guess=5)
    assert acts.of(ActIntended) == [ActIntended(7, "wave", 0, "mark")]
