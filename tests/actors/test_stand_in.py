"""The conversation and the language model together, under the virtual clock, while the servers of the list fail."""

import time
from collections.abc import Callable, Iterator

import pytest

from actors.conversation.conversation import Conversation
from actors.conversation.messages import ReplyEnded, ReplySentence, TextReceived
from actors.kernel.protocol.lifecycle import Stop
from actors.kernel.protocol.storage import LoadState
from actors.llm.llm import LanguageModel
from actors.llm.messages import LocalModelReady
from actors.users.messages import GetProfile, Profile
from actors.vocabulary.values import person_named
from actors.world.messages import Present, WhoIsHere
from config.schema import Bot, Llm, Performance, ServerSettings, Speech
from tests.actors.conversation.answers.talk import Scripted
from tests.doubles.keeper import Shelf
from tests.doubles.model_server import ModelServer, status, words
from tests.doubles.virtual_world import VirtualWorld

PATIENCE = 60.0
ANNA = person_named("Anna")
PROBES = ("osc.sender", "system", "listener", "llm.local", "persistence", "behaviour", "users")


class Talk:
    """Both actors, real servers, and everybody else a probe."""

    def __init__(self, llm: Llm) -> None:
        self.world = VirtualWorld(paranoid=False)
        self.probes = {name: self.world.probe(name) for name in PROBES}
        Scripted(self.world, "world", WhoIsHere, lambda _: [Present((ANNA,), "")])
        self.world.start(LanguageModel(llm, Performance()), "llm")
        self.world.start(Conversation(Bot(), Speech(), llm=llm), "conversation")
        self.answer("persistence", LoadState, Shelf().loaded("conversation"))

    def answer(self, name: str, kind: type, message: object) -> None:
        asked = [one for one in self.probes[name].envelopes if isinstance(one.message, kind)][-1]
        self.world.tell("conversation", message, sender=name, answers=asked.id)  # type: ignore[arg-type]
        self.world.run()

    def run_until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited in vain; came: {self.probes['listener'].messages}"
            self.world.lives["llm"].step(0.02)
            self.world.run()

    def say(self, text: str) -> str:
        """What is answered to `text`."""
        listener = self.probes["listener"]
        listener.clear()
        self.world.give("conversation", TextReceived(text, ANNA, "listener"))
        self.answer("users", GetProfile, Profile(ANNA, None, 0.0))
        self.run_until(lambda: listener.of(ReplyEnded))
        return " ".join(one.text for one in listener.of(ReplySentence))


@pytest.fixture
def servers() -> Iterator[tuple[ModelServer, ModelServer]]:
    with ModelServer() as first, ModelServer() as embedded:
        yield first, embedded


def test_rules_answer_from_the_failure_of_the_last_server_until_it_is_back(
    servers: tuple[ModelServer, ModelServer],
) -> None:
    first, embedded = servers
    first.plan(status(500), status(500), words("A server answers."))
    embedded.plan(words("My name is Alex Chen."))
    talk = Talk(Llm(models=(ServerSettings(base_url=first.base_url),), warm_up=False, retries=0))
    talk.world.give("llm", LocalModelReady(embedded.base_url, "SmolLM2", 0.5), sender="llm.local")
    assert talk.say("Tell me a story.") == "I don't know what to say to that.", "what is not true is not said"
    assert talk.say("What is my name?") == "You are Anna."
    asked = [
        one for one in embedded.requests if one.body["max_tokens"] > 1
    ]  # what is foreseen is read beforehand
    assert len(asked) == 1, "the rules need no model"
    for rest in (6.0, 11.0):  # the first trial fails as well
        tried = len(first.requests)
        talk.world.advance(rest)
        talk.run_until(lambda before=tried: len(first.requests) > before)  # type: ignore[misc]
    talk.run_until(lambda: talk.say("What is my name?") == "A server answers.")
    for address in talk.world.lives:
        talk.world.tell(address, Stop())
    talk.world.run()
    assert not any(talk.world.failures.values())
