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
_NO_ANSWER: Mapping[str, str] = MappingProxyType(
    {
        "en": "I don't know what to say to that.",
        "de": "Darauf weiß ich nichts zu sagen.",
        "es": "No sé qué decir a eso.",
        "fr": "Je ne sais pas quoi répondre à ça.",
        "it": "Non so cosa dire.",
        "ja": "なんと言えばいいかわかりません。",
        "pt": "Não sei o que dizer sobre isso.",
    }
)


def no_answer(language: str) -> str:
    """What is said where the model had nothing that can be said; in English where the language is not known."""
    return _NO_ANSWER.get(language, _NO_ANSWER["en"])


_CANNOT_WALK: Mapping[str, str] = MappingProxyType(
    {
        "en": "I cannot walk there yet.",
        "de": "Dorthin gehen kann ich noch nicht.",
        "es": "Todavía no puedo caminar hasta allí.",
        "fr": "Je ne peux pas encore marcher jusque-là.",
        "it": "Non posso ancora camminare fin lì.",
        "ja": "まだそこまで歩けません。",
        "pt": "Ainda não consigo andar até aí.",
    }
)


def cannot_walk(language: str) -> str:
    """The answer to who asks the bot to come or to follow, in English where the language is not known."""
    return _CANNOT_WALK.get(language, _CANNOT_WALK["en"])


def shall_i_go_on(language: str) -> str:
    """The question, in English where the language is not known."""
    return _SHALL_I_GO_ON.get(language, _SHALL_I_GO_ON["en"])


def is_long(active: ActiveTurn, most: float) -> bool:
    """Whether what was said in the turn takes `most` seconds to say. What is only read is never long."""
    return active.voiced and sum(map(len, active.said)) * SECONDS_A_CHARACTER >= most
