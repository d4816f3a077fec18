"""Is each language understood: which one was found, and the words, beside the bare model that is told the language."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
import numpy as np
import soxr

from actors.speech.engines import embedded
from actors.speech.engines.engine import EngineBroken
from actors.speech.engines.kokoro import VOICES, Kokoro
from actors.speech.engines.whisper import Whisper
from benchmarks._voice.model import ScriptedModel
from benchmarks._voice.room import RATE, Cables, Room, silence
from benchmarks._voice.voices import levelled, said
from benchmarks._voice.words import errors

SENTENCES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Hello, how are you today?",
        "I have a dog and two very old cats.",
        "Could you tell me where the party is tonight?",
        "My brother works for a company that builds trains.",
        "The weather is beautiful this morning.",
        "I would like to drink a cup of tea with you.",
        "Yesterday we went to the cinema with our friends.",
        "What is your favorite color?",
        "This place is very quiet and I like it.",
        "We should meet at the fountain in the park.",
    ),
    "fr": (
        "Bonjour, comment vas-tu aujourd'hui ?",
        "J'ai un chien et deux très vieux chats.",
        "Peux-tu me dire où est la fête ce soir ?",
        "Mon frère travaille pour une grande entreprise.",
        "Il fait très beau ce matin.",
        "Je voudrais boire une tasse de thé avec toi.",
        "Hier nous sommes allés au cinéma avec nos amis.",
        "Quelle est ta couleur préférée ?",
        "Cet endroit est très calme et il me plaît.",
        "On se retrouve devant la fontaine dans le parc.",
    ),
    "it": (
        "Ciao, come stai oggi?",
        "Ho un cane e due gatti molto vecchi.",
        "Puoi dirmi dove si trova la festa stasera?",
        "Mio fratello lavora per una grande azienda.",
        "Questa mattina il tempo è bellissimo.",
        "Vorrei bere una tazza di tè con te.",
        "Ieri siamo andati al cinema con i nostri amici.",
        "Qual è il tuo colore preferito?",
        "Questo posto è molto tranquillo e mi piace.",
        "Ci vediamo davanti alla fontana nel parco.",
    ),
    "pt": (
        "Olá, como você está hoje?",
        "Eu tenho um cachorro e dois gatos muito velhos.",
        "Você pode me dizer onde é a festa hoje à noite?",
        "Meu irmão trabalha em uma grande empresa.",
        "O tempo está muito bonito esta manhã.",
        "Eu gostaria de tomar uma xícara de chá com você.",
        "Ontem nós fomos ao cinema com nossos amigos.",
        "Qual é a sua cor favorita?",
        "Este lugar é muito calmo e eu gosto dele.",
        "Vamos nos encontrar na fonte do parque.",
    ),
    "es": (
        "Hola, ¿cómo estás hoy?",
        "Tengo un perro y dos gatos muy viejos.",
        "¿Puedes decirme dónde es la fiesta esta noche?",
        "Mi hermano trabaja en una empresa muy grande.",
        "Esta mañana hace muy buen tiempo.",
        "Me gustaría tomar una taza de té contigo.",
        "Ayer fuimos al cine con nuestros amigos.",
        "¿Cuál es tu color favorito?",
        "Este lugar es muy tranquilo y me gusta mucho.",
        "Nos vemos en la fuente del parque.",
    ),
}
ONCE = {
    "de": "Ich habe einen Hund und zwei sehr alte Katzen.",
    "ja": "あしたいっしょにあそびましょう。",
}
_ESPEAK = {"en": "en-us", "pt": "pt-br"}


class Understood(msgspec.Struct, frozen=True):
    """What became of the sentences of one language. bare_rate: of the model that is told the language.

    right: of how many the language was found. heard: what was understood of each, "" for nothing."""

    language: str
    right: int
    rate: float
    bare_rate: float
    heard: tuple[str, ...]


def speaker() -> str:
    """Whose voice it is."""
    try:
        embedded.kokoro_model()
    except EngineBroken:
        return "espeak-ng"
    return "Kokoro"


@cache
def _kokoro(language: str) -> Kokoro:
    return Kokoro(embedded.kokoro_model(), VOICES[language])


@cache
def sentence(text: str, language: str) -> Any:
    """Spoken by Kokoro, or by espeak-ng where that is not installed or does not know the language: int16 at 16 kHz."""
    if speaker() == "espeak-ng" or language not in VOICES:
        return said(text, _ESPEAK.get(language, language))
    voice = _kokoro(language)
    sound = np.concatenate(list(voice.synthesize(text)))
    return levelled(np.asarray(soxr.resample(sound, voice.rate, RATE), np.int16))


def missing() -> str:
    """What this scenario lacks; "" for nothing."""
    try:
        embedded.many_languages_model()
    except EngineBroken as broken:
        return f"{broken}: {broken.remedy}"
    return ""


def understood(cables: Cables, count: int) -> list[Understood]:
    """`count` sentences of each language, one language after the other, in one conversation."""
    bare = Whisper(embedded.many_languages_model()), Whisper(embedded.whisper_model())
    with ScriptedModel(lambda _: "Okay.") as model, Room(cables, *_settings(model)) as room:
        return [_understood(room, language, texts[:count], *bare) for language, texts in SENTENCES.items()]


def once(cables: Cables) -> dict[str, tuple[str, str]]:
    """The language that was found and the words, of German and Japanese: ("", "") where it was not understood."""
    with ScriptedModel(lambda _: "Okay.") as model, Room(cables, *_settings(model)) as room:
        return {language: _say(room, text, language) for language, text in ONCE.items()}


def without(cables: Cables, count: int) -> tuple[int, list[str]]:
    """English only: how many sentences of other languages were said, and those that were taken for English."""
    others = [(one, code) for code in ("fr", "it", "pt", "es") for one in SENTENCES[code][:count]]
    others += [(text, code) for code, text in ONCE.items()]
    with (
        ScriptedModel(lambda _: "Okay.") as model,
        Room(cables, *_settings(model), "speech.language=en") as room,
    ):
        heard = [_say(room, text, code)[1] for text, code in others]
    return len(others), [text for text in heard if text]


def _settings(model: ScriptedModel) -> tuple[str, ...]:
    return f"llm.base_url={model.base_url}", "llm.model=script", "speech.language=auto"


def _understood(
    room: Room, language: str, texts: tuple[str, ...], many: Whisper, english: Whisper
) -> Understood:
    found = [_say(room, text, language) for text in texts]
    told = [_bare(text, language, english if language == "en" else many) for text in texts]
    return Understood(
        language,
        sum(code == language for code, _ in found),
        _rate(texts, [text for _, text in found]),
        _rate(texts, told),
        tuple(text for _, text in found),
    )


def _say(room: Room, text: str, language: str) -> tuple[str, str]:
    time.sleep(0.7)
    begun, _ = room.cables.say(np.concatenate([sentence(text, language), silence(0.3)]))
    room.answered(begun, 20.0)
    heard = [one for one in room.heard(begun) if one]
    return (room.language_of(heard[-1]), " ".join(heard)) if heard else ("", "")


def _bare(text: str, language: str, whisper: Whisper) -> str:
    wave = np.concatenate([silence(0.2), sentence(text, language), silence(0.2)]).astype(np.float32) / 32768
    return whisper.written(whisper.encoded(wave), language, 0.0).text


def _rate(texts: tuple[str, ...], heard: list[str]) -> float:
    found = [errors(truth, text) for truth, text in zip(texts, heard, strict=True)]
    wrong = sum(one.changed + one.lost + one.added for one in found)
    return wrong / sum(one.words for one in found)
