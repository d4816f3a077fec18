"""What the bot says of itself, beside its replies, in the language that is spoken to it. Pure."""

from collections.abc import Mapping
from types import MappingProxyType

from actors.conversation.reply.spoken_words import SECONDS_A_CHARACTER
from actors.conversation.state import ActiveTurn
from actors.vocabulary.acts import WALK

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


_CANNOT_LOOK: Mapping[str, str] = MappingProxyType(
    {
        "en": "I don't know where you are standing, so I cannot turn to you yet.",
        "de": "Ich weiß nicht, wo du stehst, und kann mich noch nicht zu dir drehen.",
        "es": "No sé dónde estás, así que todavía no puedo girarme hacia ti.",
        "fr": "Je ne sais pas où tu es, je ne peux pas encore me tourner vers toi.",
        "it": "Non so dove sei, quindi non posso ancora girarmi verso di te.",
        "ja": "どこにいるかわからないので、まだそちらを向けません。",
        "pt": "Não sei onde você está, por isso ainda não consigo me virar para você.",
    }
)
_CANNOT_SIT: Mapping[str, str] = MappingProxyType(
    {
        "en": "I know of no seat here.",
        "de": "Ich kenne hier keinen Platz zum Sitzen.",
        "es": "No conozco ningún asiento aquí.",
        "fr": "Je ne connais pas de siège ici.",
        "it": "Non conosco nessun posto a sedere qui.",
        "ja": "ここで座れる場所を知りません。",
        "pt": "Não conheço nenhum assento aqui.",
    }
)
CANNOT: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        WALK: _CANNOT_WALK,
        "come": _CANNOT_WALK,
        "follow": _CANNOT_WALK,
        "look": _CANNOT_LOOK,
        "sit": _CANNOT_SIT,
    }
)
"""The answer to who asks for one of these where it cannot be done, by language."""


def cannot(act: str, language: str) -> str:
    """The answer to who asks for `act` of CANNOT in vain, in English where the language is not known."""
    return CANNOT[act].get(language, CANNOT[act]["en"])


def shall_i_go_on(language: str) -> str:
    """The question, in English where the language is not known."""
    return _SHALL_I_GO_ON.get(language, _SHALL_I_GO_ON["en"])


def is_long(active: ActiveTurn, most: float) -> bool:
    """Whether what was said in the turn takes `most` seconds to say. What is only read is never long."""
    return active.voiced and sum(map(len, active.said)) * SECONDS_A_CHARACTER >= most
