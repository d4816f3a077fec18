"""The voices of one synthesizer: the main one, and for each other language the best that there is.

That is the owner's choice, a Piper voice of that language in Models/, Kokoro, or espeak-ng in the last resort."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from actors.speech.engines.engine import EngineBroken, Resting, Voice

log = logging.getLogger(__name__)

LOADED = 4  # voices beside the main one that stay loaded; a Piper voice is some 100 MB

FAILING = 2  # sentences in a row after which the voice itself is to blame

Opening = Callable[[], Voice]


class VoiceOffer(msgspec.Struct, frozen=True):
    """A voice that could speak a language, and how it is opened (which raises EngineBroken)."""

    name: str
    opening: Opening


Offers = Callable[[str], Iterator[VoiceOffer]]


class Voices:
    """Used by one thread. offers: what could speak a language, the best first.

    spare: opens what speaks in place of a voice that fails at every sentence (raises EngineBroken)."""

    def __init__(
        self, main: Voice, offers: Offers = lambda language: iter(()), spare: Opening | None = None
    ) -> None:
        self.main = main
        self._spare = spare
        self._failures: tuple[Voice | None, int] = (None, 0)
        self._offers = offers
        self._others: dict[str, Voice] = {}

    def of(self, language: str) -> Voice:
        """The voice for `language` ("" for any): the main one also where nothing else speaks it."""
        if language in ("", self.main.language):
            return self.main
        voice = self._others.pop(language, None) or self._opened(language)
        self._others[language] = voice  # the last used is the last to go
        while len(self._others) > LOADED:
            del self._others[next(iter(self._others))]
        return voice

    def rest(self) -> None:
        """Nothing has been said for a while: let each voice give back what it can."""
        for voice in (self.main, *self._others.values()):
            if isinstance(voice, Resting):
                voice.rest()

    def spoke(self) -> None:
        """A sentence was spoken."""
        self._failures = (None, 0)

    def failed(self, voice: Voice, *, certain: bool = False) -> Voice | None:
        """`voice` could not speak a sentence; what speaks in its place from now on, if it is to blame. None else.

        certain: it fails at anything, and not only at this sentence. There is one spare for all."""
        blamed, times = self._failures
        times = times + 1 if blamed is voice else 1
        self._failures = (voice, times)
        if self._spare is None or not (certain or times >= FAILING):
            return None
        opening, self._spare = self._spare, None
        try:
            spare = opening()
        except EngineBroken as broken:
            log.warning("speech.synthesizer: nothing speaks in place of a voice that fails: %s", broken)
            return None
        self.main = spare if self.main is voice else self.main
        self._others = {language: spare if one is voice else one for language, one in self._others.items()}
        return spare

    def _opened(self, language: str) -> Voice:
        voice = first_of(self._offers(language))
        return voice if voice is not None else self.main


def first_of(offers: Iterator[VoiceOffer]) -> Voice | None:
    """The first voice that opens, None where none does."""
    for offer in offers:
        try:
            voice = offer.opening()
        except EngineBroken as broken:
            log.warning("speech.synthesizer: %s cannot speak: %s", offer.name, broken)
            continue
        log.info("speech.synthesizer: %s speaks %s", offer.name, voice.language)
        return voice
    return None


def piper_voices(folder: Path) -> Mapping[str, Path]:
    """The Piper voices that lie in a folder, by language; of several the first by name."""
    found: dict[str, Path] = {}
    for described in sorted(folder.glob("*.onnx.json")):
        model = described.with_name(described.name.removesuffix(".json"))
        language = _language(described)
        if language and model.is_file():
            found.setdefault(language, model)
    return found


def _language(described: Path) -> str:
    try:
        config = json.loads(described.read_text(encoding="utf-8"))
        return str(config["espeak"]["voice"]).split("-")[0].replace("cmn", "zh")
    except (OSError, ValueError, KeyError, TypeError):
        return ""
