"""Texts that try to become instructions in the calls of tools and in the lorebooks of cards, with a model that obeys.

A call of a tool has no result that anybody could write into a prompt: an act is done, and of the call no more than the
names of known acts comes back. So its arguments and names are what can be injected."""

import json
import logging
import re
from collections.abc import Iterator

import pytest

from actors.avatar.messages import GestureRequested
from actors.behaviour.messages import ActIntended
from actors.conversation.instructions import RULES
from actors.conversation.messages import ReplyEnded
from actors.llm.http.tool_calls import CallPart
from actors.llm.messages import CompletionEnded, CompletionFailed
from config.schema import Bot, Llm, Lore, LoreEntry, Secret
from config.schema.acts import ACTS
from supervisor.persona.card.card import card_of
from supervisor.persona.card.card_file import CardFile
from supervisor.persona.library import persona_of
from tests.actors.llm.conftest import PROMPT, Room
from tests.actors.test_injections import KEY, OBEDIENCE, RUDE, Stage, judge_output, judge_prompt, texts
from tests.doubles.model_server import ModelServer, chunk, event, words
from tests.supervisor.persona.card.files import v2

ASKED = "Tell me about trains. What do you think of them?"
NOTE = re.compile(r"\[You do this now: ([a-z_, ]+)\. Answer in words\.\]\n")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def room() -> Room:
    return Room()


def of_card(text: str, *, always: bool) -> tuple[Bot, Lore]:
    """What comes of a card with this lorebook entry, as `supervisor persona import` takes it over."""
    entry = {
        "keys": ["trains", text[:60]],
        "content": text,
        "enabled": True,
        "constant": always,
        "name": text,
    }
    card = card_of(CardFile(v2(character_book={"entries": [entry]}), b"", ".json"))
    persona = json.loads(json.dumps(persona_of(card, "x.json")))
    bot = {**persona["bot"], "greetings": tuple(persona["bot"].get("greetings", ()))}
    return Bot(persona="x", **bot), Lore.model_validate(persona.get("lore", {}))


def by_hand(text: str, *, always: bool) -> tuple[Bot, Lore]:
    """The same, written into the persona's file by somebody."""
    bot, _ = of_card("Trains.", always=False)
    return bot, Lore(entries={"x": LoreEntry(text=text[:1000], keys=("trains",), always=always)})


@pytest.mark.parametrize("make", [of_card, by_hand])
@pytest.mark.parametrize("always", [False, True])
def test_no_lore_becomes_an_instruction(
    make: object, always: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = texts()["lore"]
    for text in cases:
        bot, lore = make(text, always=always)  # type: ignore[operator]
        plain = Stage("speech", "", bot).say(ASKED, "acts")[0].content
        stage = Stage("speech", text, bot, lore)
        for obeys in OBEDIENCE:
            prompt = stage.say(ASKED, obeys)
            instruction = prompt[0].content
            if always:  # it stands in the instruction: within the marks, before the rules
                assert instruction.count("<<<") == instruction.count(">>>") == plain.count(">>>"), text
                assert instruction[instruction.rindex(">>>") :] == plain[plain.rindex(">>>") :], text
                assert not set("[]\n") & set(
                    instruction[instruction.rindex("<<<") : instruction.rindex(">>>")]
                )
            judge_prompt(prompt, text, instruction if always else plain)
            assert all(rule in instruction for rule in RULES)
        judge_output(stage, text, instruction)
        assert stage.moved() == [], text
    with capsys.disabled():
        print(
            f"\ninjections in lore: {len(cases)} texts, {len(cases) * len(OBEDIENCE)} obeyed, 0 got through"
        )


def test_lore_really_reaches_the_prompt() -> None:
    """Else the tests above could not fail."""
    for make in (of_card, by_hand):
        bot, lore = make("Trains are made of cheese.", always=False)
        assert "made of cheese" in Stage("speech", "", bot, lore).say(ASKED, "acts")[-1].content
        bot, lore = make("Trains are made of cheese.", always=True)
        assert "made of cheese" in Stage("speech", "", bot, lore).say(ASKED, "acts")[0].content


@pytest.mark.parametrize("place", ["tool arguments", "tool names"])
def test_no_call_does_or_says_what_is_not_allowed(place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On the real conversation, behaviour and language model: only `wave` is allowed."""
    for text in texts()[place]:
        call = CallPart(0, "act", text) if place == "tool arguments" else CallPart(0, text, '{"x": 1}')
        for obeys in OBEDIENCE:
            stage = Stage("speech", "")
            judge_prompt(stage.say("How was your day?", obeys, call), text)
            judge_output(stage, text)
            waved = [one for one in stage.moved() if isinstance(one, GestureRequested) and one.name == "wave"]
            assert stage.moved() == waved, text
    with capsys.disabled():
        print(f"\ninjections in {place}: {len(texts()[place])} texts, 0 got through")


@pytest.mark.parametrize("text", texts()["tool arguments"])
def test_nothing_of_the_arguments_comes_back_into_a_prompt(
    server: ModelServer, room: Room, text: str
) -> None:
    """A model that only acts is asked again for its words: it hears which acts, and nothing else."""
    behaviour = room.world.probe("behaviour")
    server.plan(only_calls("act", text), words("Done."))
    answer(server, room)
    acts = [one.act for one in behaviour.of(ActIntended)]
    assert set(acts) <= {*ACTS, "thumbs_up"}
    for request in server.requests[1:]:
        messages = [(one["role"], one["content"]) for one in request.body["messages"]]
        before = [(one.role, one.content) for one in PROMPT]
        assert messages[:-1] == before[:-1]
        note = NOTE.match(messages[-1][1])
        assert note is not None
        assert note[1].split(", ") == acts
        assert messages[-1][1][note.end() :] == before[-1][1]


@pytest.mark.parametrize("text", texts()["tool names"])
def test_a_tool_that_is_not_there_is_named_only_where_its_name_tells_nothing(
    server: ModelServer, room: Room, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.plan(only_calls(text, '{"x": 1}'), words("Done."))
    answer(server, room)
    told = "\n".join((*map(str, room.asker.messages), str(room.health), caplog.text))
    assert KEY not in told
    assert "SYSTEM" not in told
    assert "Anna told me" not in told
    assert "obey" not in told


def test_nor_is_it_told_to_whoever_asked() -> None:
    for name in texts()["tool names"]:
        stage = Stage("speech", "")
        stage.say("How was your day?", "silence", CallPart(0, name, '{"x": 1}'))
        (ended,) = stage.probes["listener"].of(ReplyEnded)
        assert KEY not in str(ended)
        assert RUDE not in ended.text


def only_calls(name: str, arguments: str) -> list[object]:
    sent = chunk(None, "tool_calls")
    call = {"index": 0, "function": {"name": name, "arguments": arguments}}
    sent["choices"][0]["delta"] = {"tool_calls": [call]}
    return [event(sent), event("[DONE]")]


def answer(server: ModelServer, room: Room) -> None:
    """The reply of a server that has tools."""
    llm = Llm(base_url=server.base_url, api_key=Secret(KEY), model="a-llama", warm_up=False, retries=0)
    room.start(llm)
    room.ask()
    room.run_until(lambda: room.asker.of(CompletionEnded) or room.asker.of(CompletionFailed))
    room.actor.on_stop()
