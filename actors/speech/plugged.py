"""The speech actors with an engine of a plugin: they are given its section before their own arguments."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from actors.speech.diarization.prints import Cipher
from actors.speech.engines.choice import open_ears, open_voice
from actors.speech.engines.plugged import plugged_transcriber, plugged_voice
from actors.speech.recognizer import Recognizer
from actors.speech.synthesizer import Synthesizer
from config.schema import Audio, KeptOfUsers, Speech


class PluggedSynthesizer(Synthesizer):
    """Start arguments: the plugin's section, those of speech and audio, and the home."""

    def __init__(self, settings: Any, speech: Speech, audio: Audio, home: Path) -> None:
        opening = partial(plugged_voice, speech.synthesizer, settings, home)
        super().__init__(speech, audio, home, loading=partial(open_voice, plugged=opening))

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """The plugin's settings count when its voice is made again."""
        return super().commit(sections) and not _of_plugin(sections)


class PluggedRecognizer(Recognizer):
    """Start arguments: the plugin's section, that of speech, the home, the section users, and the cipher if any."""

    def __init__(
        self, settings: Any, speech: Speech, home: Path, users: KeptOfUsers, sealer: Cipher | None = None
    ) -> None:
        opening = partial(plugged_transcriber, speech.recognizer, settings, home)
        super().__init__(speech, home, users, sealer, loading=partial(open_ears, plugged=opening))

    def commit(self, sections: Mapping[str, Any]) -> bool:
        """The plugin's settings count when its recognizer is made again."""
        return not _of_plugin(sections) and super().commit(sections)


def _of_plugin(sections: Mapping[str, Any]) -> bool:
    return any(name.startswith("plugins.") for name in sections)
