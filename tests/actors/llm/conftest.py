"""A scripted model server, and the actor `llm` in a world whose clock stands still while real sockets work."""

import time
from collections.abc import Callable, Iterator

import pytest

from actors.kernel.actor import Actor
from actors.kernel.message import Message
from actors.kernel.protocol.lifecycle import HealthChanged, Stop
from actors.llm.llm import LanguageModel
from actors.llm.messages import ChatMessage, CompletionRequested
from config.schema import Bot, Llm, Performance
from tests.doubles.model_server import ModelServer
from tests.doubles.virtual_world import Probe, VirtualWorld

PATIENCE = 60.0
PROMPT = (ChatMessage("system", "You are Gerald."), ChatMessage("user", "How are you today?"))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


class Room:
    """`llm` among probes. `run_until` handles its mail, as it really arrives, until a condition holds."""

    def __init__(self) -> None:
        self.world = VirtualWorld()
        self.asker = self.world.probe("conversation")
        self.system = self.world.probe("system")

    def start(
        self, llm: Llm, at_once: int = 3, *, local: Actor | None = None, bot: Bot | None = None
    ) -> None:
        if local is not None:
            self.world.start(local, "llm.local")
        elif "llm.local" not in self.world.lives:
            self.local: Probe = self.world.probe("llm.local")
        self.actor = LanguageModel(llm, Performance(max_concurrent_requests=at_once), bot)
        self.world.start(self.actor, "llm")
        self.world.run()

    def ask(self, turn: int = 1, prompt: tuple[ChatMessage, ...] = PROMPT) -> None:
        self.world.give("llm", CompletionRequested(turn, prompt), sender="conversation")

    def run_until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited in vain; came: {self.asker.messages}, {self.health}"
            self.world.lives["llm"].step(0.02)
            self.world.run()

    def wait_for(self, kind: type[Message], count: int = 1) -> list[Message]:
        self.run_until(lambda: len(self.asker.of(kind)) >= count)
        return self.asker.of(kind)

    @property
    def health(self) -> HealthChanged | None:
        said = [h for h in self.world.supervisor.of(HealthChanged) if h.address == "llm"]
        return said[-1] if said else None

    @property
    def texts(self) -> list[str]:
        return [m.text for m in self.asker.messages if type(m).__name__ == "SentenceReady"]


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    for address in room.world.lives:
        room.world.tell(address, Stop())
    room.world.run()
    assert not any(room.world.failures.values()), room.world.failures
