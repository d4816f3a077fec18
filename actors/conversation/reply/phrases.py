"""What the bot says of itself, beside its replies, in the language that is spoken to it. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from actors.conversation.reply.spoken_words import SECONDS_A_CHARACTER
from actors.conversation.state import ActiveTurn

THINKING = "Hmm."

_SHALL_I_GO_ON: Mapping[str, str] = MappingProxyType(
    {
        "en": "Shall I go on?",
        "de": "Soll ich weitererzählen?",
        "es": "¿Sigo?",
        "fr": "Je continue ?",
        "it": "Continuo?",
        "ja": "続けましょうか。",
        "pt": "Continuo?",
    }
)


def shall_i_go_on(language: str) -> str:
    """The question, in English where the language is not known."""
    return _SHALL_I_GO_ON.get(language, _SHALL_I_GO_ON["en"])


def is_long(active: ActiveTurn, most: float) -> bool:
    """Whether what was said in the turn takes `most` seconds to say. What is only read is never long."""
    return active.voiced and sum(map(len, active.said)) * SECONDS_A_CHARACTER >= most
