"""Whoever said much and was not understood hears so, once in a while. Pure."""

import msgspec

from actors.conversation.state import ConversationState
from actors.speech.messages import NothingUnderstood
from actors.vocabulary.type_names import durable

_SPEECH = 1.0  # seconds of speech that one would have liked to be understood
_CERTAIN = 0.8  # its mean probability of speech: noise and music are less
_IN_TALK = 60.0  # seconds after the last word within which it was said to the bot
_AGAIN = 60.0  # seconds for which it is not said again


@durable("conversation.Unheard")
class Unheard(msgspec.Struct, frozen=True):
    """When it was said last that nothing was understood (epoch seconds)."""

    said_at: float = 0.0

    def told(
        self, nothing: NothingUnderstood, state: ConversationState, now: float
    ) -> tuple["Unheard", bool]:
        """Whether to say so now: nobody is answered, somebody is talking to the bot, and really said something."""
        was_speech = nothing.why == "no speech" and nothing.certainty >= _CERTAIN
        in_talk = 0.0 <= now - state.last_interaction_time < _IN_TALK
        long_ago = not 0.0 <= now - self.said_at < _AGAIN
        says = was_speech and nothing.seconds >= _SPEECH and state.active is None and in_talk and long_ago
        return (Unheard(now), True) if says else (self, False)
