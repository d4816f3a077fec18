"""A sense: the avatar's parameter `HighFive` becomes a wave and a word."""

from typing import Any

from gerald_example.messages import GetHighFives, HighFives
from supervisor.plugins.api import Actor, AskFailed, Reply, handles
from supervisor.plugins.api.rooms import (
    BEHAVIOUR,
    CONVERSATION,
    MakeAct,
    ParametersChanged,
    SpeakFirst,
    SpokeFirst,
)


class HighFive(Actor):
    """It reaches the world by messages only, so what it does can be replayed."""

    deterministic = True

    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self._count = 0
        self._said = ""
        self._next = 0.0

    def commit(self, sections: Any) -> bool:
        """Settings that change while it runs."""
        self._settings = sections["plugins.example"]
        return True

    @handles
    def on_parameters(self, message: ParametersChanged) -> None:
        # A bool that was true for a moment only is in `touched`.
        if not (message.values.get("HighFive") is True or "HighFive" in message.touched):
            return
        self._count += 1
        if self.now() < self._next:
            return
        self._next = self.now() + self._settings.pause
        self.ask(BEHAVIOUR, MakeAct(self._settings.act), then="on_done")
        if self._settings.words:
            words = self.random.choice(self._settings.words)
            self.ask(CONVERSATION, SpeakFirst((words,)), then="on_done", context=words)

    def on_done(self, answer: Reply | AskFailed) -> None:
        """Whether the act began, and whether the words were said. Nothing depends on either."""
        if isinstance(answer, Reply) and isinstance(answer.message, SpokeFirst) and answer.message.turn:
            self._said = answer.context

    @handles
    def on_get(self, message: GetHighFives) -> None:
        self.reply(HighFives(self._count, self._said))
