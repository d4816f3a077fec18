"""Counts what turns of the conversation become, as their messages are handled in the root's process.

It only looks on: nobody sends it anything, no state and no trace knows of it, and its counts begin with the process, as
those of any program that Prometheus asks. An actor that is moved into a process of its own is not seen here.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from actors.behaviour.messages import BEHAVIOUR
from actors.conversation.messages import CONVERSATION, ReplyEnded, TurnStarted
from actors.kernel.incarnation import Handle
from actors.kernel.message import Envelope, Message
from actors.llm.messages import CompletionEnded, CompletionFailed, EmbeddedAnswers
from actors.system.messages import SYSTEM, StageReached
from supervisor.metrics.histogram import DURATIONS, Histogram

MOST_STAGES = 32
REMEMBERED = 32
"""How many turns may be under way at once."""
LONGEST = 600.0
"""Seconds after which what was begun tells nothing any more."""


class TurnMeter:
    """wall: epoch seconds. Any thread may read, and several may count."""

    def __init__(self, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._lock = threading.Lock()
        self._stages: dict[str, Histogram] = {}
        self._response = Histogram()
        self._whole = Histogram(DURATIONS)
        self._asked: dict[int, float] = {}  # when a turn began
        self._outcomes: Counter[str] = Counter()
        self._completions: Counter[str] = Counter()
        self._tokens = 0
        self._generating = 0.0
        self._stands_in = False
        self._spoken: dict[int, float] = {}  # when the person of a turn ended
        self._begun: dict[int, float] = {}  # when the first token of a turn came
        self._notes: Mapping[str, Callable[[Message], None]] = {
            SYSTEM: self._at_system,
            CONVERSATION: self._at_conversation,
            BEHAVIOUR: self._at_behaviour,
        }

    def around(self, address: str, handle: Handle) -> Handle:
        """`handle` of the actor at `address`, which also counts, where there is something to count."""
        note = self._notes.get(address)
        if note is None:
            return handle
        counts = note

        def counted(envelope: Envelope) -> bool:
            counts(envelope.message)
            return handle(envelope)

        return counted

    def read(self) -> Mapping[str, Any]:
        """Everything counted so far, as plain data."""
        with self._lock:
            return {
                "stages": {stage: self._stages[stage].read() for stage in sorted(self._stages)},
                "response": self._response.read(),
                "whole": self._whole.read(),
                "outcomes": dict(self._outcomes),
                "completions": dict(self._completions),
                "tokens": self._tokens,
                "generating": self._generating,
                "stands_in": self._stands_in,
            }

    def _at_system(self, message: Message) -> None:
        if type(message) is not StageReached:
            return
        with self._lock:
            if message.seconds > 0:
                self._observe(message.stage, message.seconds)
            if message.stage == "speech_ended":
                _remember(self._spoken, message.turn, message.at)
            elif message.stage == "first_token":
                _remember(self._begun, message.turn, message.at)
            elif message.stage == "first_audio":
                self._answered(message)

    def _observe(self, stage: str, seconds: float) -> None:
        if stage in self._stages or len(self._stages) < MOST_STAGES:
            self._stages.setdefault(stage, Histogram()).observe(seconds)

    def _answered(self, message: StageReached) -> None:
        spoken = self._spoken.pop(message.turn, None)
        if spoken is not None and 0 <= (took := message.at + message.seconds - spoken) < LONGEST:
            self._response.observe(took)

    def _at_conversation(self, message: Message) -> None:
        if type(message) is CompletionEnded:
            with self._lock:
                self._completions["complete"] += 1
                begun = self._begun.pop(message.turn, None)
                if begun is not None and 0 < (took := self._wall() - begun) < LONGEST:
                    self._tokens += max(0, message.tokens)
                    self._generating += took
        elif type(message) is CompletionFailed:
            with self._lock:
                self._completions[message.kind] += 1
                self._begun.pop(message.turn, None)
        elif type(message) is EmbeddedAnswers:
            self._stands_in = message.instead

    def _at_behaviour(self, message: Message) -> None:
        if type(message) is TurnStarted:
            with self._lock:
                _remember(self._asked, message.turn, self._wall())
        elif type(message) is ReplyEnded:
            with self._lock:
                self._outcomes[message.outcome] += 1
                asked = self._asked.pop(message.turn, None)
                if asked is not None and 0 <= (took := self._wall() - asked) < LONGEST:
                    self._whole.observe(took)


def _remember(times: dict[int, float], turn: int, at: float) -> None:
    times[turn] = at
    if len(times) > REMEMBERED:
        del times[min(times)]
