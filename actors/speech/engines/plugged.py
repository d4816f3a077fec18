"""Opens the engine of a plugin, which may fail in any way: it is tried before it is used.

A note on disk stands while it is opened for the first time, so that one which ends its process is not opened again and
again."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from actors.speech.engines.engine import RATE, EngineBroken, Sound, Transcriber, Voice
from actors.speech.messages import RECOGNIZER, SYNTHESIZER  # the keys that choose an engine are called so too
from config.files import read_limited
from config.plugins.discovery import part_named
from config.plugins.errors import PluginBroken
from config.plugins.guard import attribute, guarded
from config.plugins.plugin import RECOGNIZERS, SYNTHESIZERS, Part, Plugin

E = TypeVar("E")
OPENED_WITHIN = 20.0  # seconds, of the 30 that an actor may take to start
TRIED_WITHIN = 10.0
DEATHS = 2  # of processes in which it was opened, after which it is left out
FOLDER = Path("data", "plugins")
WORD = "Ready."


def plugged_voice(name: str, settings: Any, home: Path) -> Voice:
    """The voice that speech.synthesizer names, after it has said a word. Raises EngineBroken."""

    def sounds(voice: Voice) -> bool:
        heard: list[Sound] = list(voice.synthesize(WORD))
        int(voice.rate), str(voice.language), tuple(voice.unread)
        return any(sound.size for sound in heard) and all(sound.dtype == np.int16 for sound in heard)

    return _opened(SYNTHESIZERS, name, settings, home, sounds, SYNTHESIZER)


def plugged_transcriber(name: str, settings: Any, home: Path) -> Transcriber:
    """The recognizer that speech.recognizer names, after it has heard half a second of silence. Raises EngineBroken."""

    def hears(transcriber: Transcriber) -> bool:
        return isinstance(transcriber.transcribe(np.zeros(RATE // 2, dtype=np.float32)).text, str)

    return _opened(RECOGNIZERS, name, settings, home, hears, RECOGNIZER)


def _opened(group: str, name: str, settings: Any, home: Path, works: Callable[[E], bool], key: str) -> E:
    remedy = f"see `supervisor plugins`, or choose another in {key}"
    found = part_named(group, name)
    if found is None:
        raise EngineBroken(f"no sound plugin brings {name}", remedy)
    trial = _Trial(home, *found)
    if trial.deaths >= DEATHS:
        raise EngineBroken(
            f"{name} ended its process more than once, and is not tried again",
            f"update {found[0].distribution}, or choose another in {key}; or delete {trial.note}",
        )
    try:
        with trial.under_way():
            make = attribute(found[1].target)
            engine: E = guarded(lambda: make(settings), f"{name}: opening it", OPENED_WITHIN)
            if guarded(lambda: works(engine), f"{name}: its first use", TRIED_WITHIN):
                return engine
    except PluginBroken as broken:
        raise EngineBroken(str(broken), remedy) from None
    raise EngineBroken(f"{name} does not do what it must (supervisor.plugins.api.speech)", remedy)


class _Trial:
    """Counts, in a file of its own, how often a process ended while it opened this version of an engine."""

    def __init__(self, home: Path, plugin: Plugin, part: Part) -> None:
        self.note = home / FOLDER / f"{part.name}.opening"
        self._label = plugin.distribution

    @property
    def deaths(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            label, _, number = read_limited(self.note, 1000).decode().rpartition(": ")
            return int(number) if label == self._label else 0
        return 0

    @contextmanager
    def under_way(self) -> Iterator[None]:
        with contextlib.suppress(OSError):
            self.note.parent.mkdir(parents=True, exist_ok=True)
            self.note.write_text(f"{self._label}: {self.deaths + 1}")
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                self.note.unlink(missing_ok=True)
