"""hibari, a small English voice: a fifth of Piper's work for a plainer sound."""

from collections.abc import Iterator

import hibari
import numpy as np

from actors.speech.engines import embedded
from actors.speech.engines.engine import EngineBroken, Sound


class Hibari:
    """The voice that is inside the package. A piece of its sound is one sentence of the text."""

    language = "en"
    unread = ()

    def __init__(self, *, threads: int = 1, pace: float = 1.0) -> None:
        """pace: 1 is its own, 2 twice as fast. Raises EngineBroken when the package's model is not usable."""
        model = embedded.second_voice()
        try:
            self._voice = hibari.Hibari(model=str(model), threads=threads)
            self._voice.phonemize("a")  # the dictionaries are read at the first use
        except Exception as error:  # onnxruntime raises classes of its own, unrelated to one another
            raise EngineBroken(f"{model} is not a usable voice: {error}", "Run `make setup`.") from error
        self._pace = pace
        self.rate = int(self._voice.sample_rate)

    def synthesize(self, text: str) -> Iterator[Sound]:
        """The sound of `text`, a sentence at a time; the same text always sounds the same."""
        for wave in self._voice.stream(text, speed=self._pace, seed=0):
            if wave.size:
                yield (np.clip(wave, -1.0, 1.0) * 32767.0).astype(np.int16)
