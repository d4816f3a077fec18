"""Whoever said much and was not understood hears so, once in a while. Pure."""

import msgspec

from actors.conversation.state import ConversationState
from actors.speech.messages import NothingUnderstood
from actors.vocabulary.type_names import durable

_SPEECH = 1.0  # seconds of speech that one would have liked to be understood
_CERTAIN = 0.8  # its mean probability of speech: noise and music are less
_IN_TALK = 60.0  # seconds after the last word within which it was said to the bot
_AGAIN = 60.0  # seconds for which it is not said again
_AGAIN_FOREIGN = 300.0  # the same to people who may not be talking to the bot at all


@durable("conversation.Unheard")
class Unheard(msgspec.Struct, frozen=True):
    """When it was said last that nothing was understood (epoch seconds)."""

    said_at: float = 0.0

    def told(self, nothing: NothingUnderstood, state: ConversationState, now: float) -> tuple["Unheard", str]:
        """The kind of apology to say now, "" for none: nobody is answered, somebody is talking to the bot, and really
        said something. Of another language that is told also to whoever is the first to speak, but seldom."""
        foreign = nothing.why == "language"
        was_speech = (foreign or nothing.why == "no speech") and nothing.certainty >= _CERTAIN
        in_talk = 0.0 <= now - state.last_interaction_time < _IN_TALK
        again = _AGAIN if in_talk else _AGAIN_FOREIGN
        long_ago = not 0.0 <= now - self.said_at < again
        says = was_speech and nothing.seconds >= _SPEECH and state.active is None and long_ago
        if not says or not (in_talk or foreign):
            return self, ""
        return Unheard(now), "language" if foreign else "unheard"
