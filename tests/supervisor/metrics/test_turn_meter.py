"""What is counted of turns, from the messages that the actors handle."""

from collections.abc import Callable

import pytest

from actors.behaviour.messages import BEHAVIOUR
from actors.conversation.messages import CONVERSATION, ReplyEnded, TurnStarted
from actors.kernel.message import Envelope, Message
from actors.llm.messages import CompletionEnded, CompletionFailed, EmbeddedAnswers
from actors.system.messages import SYSTEM, StageReached
from actors.vocabulary.values import UNKNOWN
from supervisor.metrics.turn_meter import MOST_STAGES, REMEMBERED, TurnMeter


class Rig:
    def __init__(self) -> None:
        self.now = 1000.0
        self.meter = TurnMeter(lambda: self.now)
        self.handled: list[Message] = []

    def handle(self, address: str, *messages: Message) -> None:
        take: Callable[[Envelope], bool] = self.meter.around(address, self._handle)
        for number, message in enumerate(messages):
            assert take(Envelope("", 0, number, address, message))

    def _handle(self, envelope: Envelope) -> bool:
        self.handled.append(envelope.message)
        return True


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_stages_are_counted_where_the_system_gets_them(rig: Rig) -> None:
    stages = (StageReached(1, "synthesis", 1000.0, 0.25), StageReached(1, "chatbox", 1000.0, 0.0))
    rig.handle(SYSTEM, *stages)
    assert rig.handled == list(stages), "they are handled all the same"
    read = rig.meter.read()
    assert list(read["stages"]) == ["synthesis"], "an instant has no duration"
    assert sum(read["stages"]["synthesis"].counts) == 1
    assert read["stages"]["synthesis"].total == 0.25


def test_a_response_is_from_the_last_sound_to_the_first(rig: Rig) -> None:
    rig.handle(
        SYSTEM,
        StageReached(1, "speech_ended", 1000.0),
        StageReached(1, "first_audio", 1000.5, 0.125),
        StageReached(1, "first_audio", 1003.0, 0.125),
        StageReached(2, "first_audio", 1003.0, 0.125),  # it was typed
        StageReached(3, "speech_ended", 2000.0),
        StageReached(3, "first_audio", 1990.0, 0.125),  # the clock was set back
    )
    response = rig.meter.read()["response"]
    assert (sum(response.counts), response.total) == (1, 0.625)


def test_outcomes_are_counted(rig: Rig) -> None:
    rig.handle(
        BEHAVIOUR, ReplyEnded(1, "said", "Hi"), ReplyEnded(2, "said", "Hi"), ReplyEnded(3, "failed", "")
    )
    assert rig.meter.read()["outcomes"] == {"said": 2, "failed": 1}


def test_tokens_count_with_the_time_that_they_took(rig: Rig) -> None:
    rig.handle(SYSTEM, StageReached(1, "first_token", 999.0, 0.5))
    rig.handle(
        CONVERSATION,
        CompletionEnded(1, 1, "Hi", 30, "stop"),
        CompletionEnded(2, 1, "Hi", 30, "stop"),  # nobody knows when it began
        CompletionFailed(3, "rate_limited", "wait"),
    )
    read = rig.meter.read()
    assert (read["tokens"], read["generating"]) == (30, 1.0)
    assert read["completions"] == {"complete": 2, "rate_limited": 1}


def test_it_is_known_when_the_embedded_model_stands_in(rig: Rig) -> None:
    rig.handle(CONVERSATION, EmbeddedAnswers(True))
    assert rig.meter.read()["stands_in"] is True
    rig.handle(CONVERSATION, EmbeddedAnswers(False))
    assert rig.meter.read()["stands_in"] is False


def test_whoever_has_nothing_to_count_is_handled_as_before(rig: Rig) -> None:
    assert rig.meter.around("users", rig._handle) == rig._handle


def test_neither_stages_nor_turns_grow_without_end(rig: Rig) -> None:
    for number in range(10 * MOST_STAGES):
        rig.handle(SYSTEM, StageReached(number, f"stage {number}", 1000.0, 0.1))
        rig.handle(SYSTEM, StageReached(number, "speech_ended", 1000.0))
    assert len(rig.meter.read()["stages"]) == MOST_STAGES
    assert len(rig.meter._spoken) == REMEMBERED


def test_a_whole_turn_is_from_its_begin_to_the_end_of_its_reply(rig: Rig) -> None:
    rig.handle(BEHAVIOUR, TurnStarted(7, "hello", UNKNOWN))
    rig.now += 2.5
    rig.handle(BEHAVIOUR, ReplyEnded(7, "said", "hi"), ReplyEnded(8, "said", "never begun here"))
    whole = rig.meter.read()["whole"]
    assert (sum(whole.counts), whole.total) == (1, 2.5)
    assert whole.quantile(0.5) == 2.5, "in the middle between 2 and 3"
