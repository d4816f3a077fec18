"""People who come to see Gerald in the demo, each with a voice of its own that is not Gerald's."""

from functools import cache

import msgspec
import numpy as np
import soxr

from actors.speech.engines.engine import Sound
from actors.speech.engines.espeak import Espeak
from actors.speech.engines.hibari import Hibari
from actors.vocabulary.values import Person
from supervisor.demo.sound import RATE, levelled

Engine = Hibari | Espeak

_PACE = 0.8  # of espeak-ng: at its usual pace a small recognizer mishears every tenth sentence


class Visitor(msgspec.Struct, frozen=True):
    """person: as VRChat's log names them. voice: hibari, or a language of espeak-ng."""

    person: Person
    voice: str

    def says(self, text: str) -> Sound:
        """`text` in their voice: int16, (samples,), at RATE Hz, as loud as anybody's. Raises EngineBroken."""
        engine = _engine(self.voice)
        sound = np.concatenate(list(engine.synthesize(text)))
        return levelled(np.asarray(soxr.resample(sound, engine.rate, RATE), np.int16))


ANNA = Visitor(Person("usr_00000000-0000-4000-8000-00000000000a", "Anna"), "hibari")
BOB = Visitor(Person("usr_00000000-0000-4000-8000-00000000000b", "Bob"), "en-gb-x-rp")


@cache
def _engine(voice: str) -> Engine:
    return Hibari(threads=1) if voice == "hibari" else Espeak(voice, pace=_PACE)
