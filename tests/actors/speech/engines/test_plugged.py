"""Engines of plugins, which may fail in any way."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from actors.speech.engines import plugged
from actors.speech.engines.choice import open_ears, open_voice
from actors.speech.engines.engine import EngineBroken, Transcription
from actors.speech.engines.plugged import plugged_transcriber, plugged_voice
from actors.speech.plugged import PluggedSynthesizer
from config.plugins.plugin import Part, Plugin
from config.schema import Audio, Config, Speech


class Hum:
    rate, language, unread = 16000, "en", ()
    kind: Any = np.int16
    size = 100

    def __init__(self, settings: Any) -> None:
        if settings == "fail":
            raise RuntimeError("no licence")

    def synthesize(self, text: str) -> Any:
        return iter((np.zeros(self.size, dtype=self.kind),))


class Silent(Hum):
    size = 0


class Floats(Hum):
    kind = np.float32


class Exits(Hum):
    def synthesize(self, text: str) -> Any:
        raise SystemExit(1)


class Ears:
    def __init__(self, settings: Any) -> None: ...

    def transcribe(self, audio: Any, expected: str = "") -> Transcription:
        return Transcription("", 1.0, 0.0)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def part_named(group: str, name: str) -> tuple[Plugin, Part] | None:
        cls = name.partition(".")[2].title()
        part = Part(group, name, f"{__name__}:{cls}")
        return (Plugin("hats", "gerald-hats 1", (part,)), part) if cls in globals() else None

    monkeypatch.setattr(plugged, "part_named", part_named)
    monkeypatch.setattr(plugged, "attribute", lambda target: globals()[target.partition(":")[2]])


def test_a_voice_that_has_said_a_word_is_used(tmp_path: Path) -> None:
    assert isinstance(plugged_voice("hats.hum", None, tmp_path), Hum)
    assert isinstance(plugged_transcriber("hats.ears", None, tmp_path), Ears)
    assert not list((tmp_path / "data" / "plugins").iterdir())


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("hats.gone", None, "no sound plugin brings hats.gone"),
        ("hats.hum", "fail", "hats.hum: opening it failed: RuntimeError: no licence"),
        ("hats.silent", None, "hats.silent does not do what it must"),
        ("hats.floats", None, "hats.floats does not do what it must"),
        ("hats.exits", None, "hats.exits: its first use failed: SystemExit: 1"),
    ],
)
def test_any_other_is_broken_and_says_why(name: str, settings: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(EngineBroken) as caught:
        plugged_voice(name, settings, tmp_path)
    assert said in str(caught.value)
    assert "speech.synthesizer" in caught.value.remedy


def test_one_that_ended_its_process_twice_is_left_out_until_it_is_another_version(tmp_path: Path) -> None:
    note = tmp_path / "data" / "plugins" / "hats.hum.opening"
    note.parent.mkdir(parents=True)
    note.write_text("gerald-hats 1: 2")
    with pytest.raises(EngineBroken, match="ended its process more than once"):
        plugged_voice("hats.hum", None, tmp_path)
    note.write_text("gerald-hats 0.9: 2")
    assert plugged_voice("hats.hum", None, tmp_path)
    note.write_text("nonsense")
    assert plugged_voice("hats.hum", None, tmp_path)


def test_while_it_is_opened_a_note_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = tmp_path / "data" / "plugins" / "hats.hum.opening"
    seen: list[str] = []
    monkeypatch.setattr(
        plugged, "attribute", lambda target: lambda settings: seen.append(note.read_text()) or Hum(None)
    )
    plugged_voice("hats.hum", None, tmp_path)
    assert seen == ["gerald-hats 1: 1"]
    assert not note.exists()


def refuse() -> Any:
    raise EngineBroken("it is torn", "mend it")


@pytest.mark.models
def test_a_broken_voice_is_replaced_by_the_embedded_one_and_that_is_said(tmp_path: Path) -> None:
    voices, note = open_voice(Speech(), Audio(), tmp_path, refuse)
    assert not isinstance(voices.main, Hum)
    assert (note.worse, note.remedy) == (True, "mend it")
    assert "it is torn" in note.text
    voices, note = open_voice(Speech(), Audio(), tmp_path, lambda: Hum(None))
    assert isinstance(voices.main, Hum)
    assert not note.worse


@pytest.mark.models
def test_a_broken_recognizer_is_replaced_by_whisper_and_that_is_said(tmp_path: Path) -> None:
    _, transcriber, note = open_ears(Speech(), tmp_path, refuse)
    assert not isinstance(transcriber, Ears)
    assert note.worse
    assert "listening with Whisper" in note.text
    assert isinstance(open_ears(Speech(), tmp_path, lambda: Ears(None))[1], Ears)


def test_changed_settings_of_the_plugin_make_its_voice_anew(tmp_path: Path) -> None:
    actor = PluggedSynthesizer(None, Speech(), Audio(), tmp_path)
    assert actor.commit({"speech": Config().speech})
    assert not actor.commit({"plugins.hats": None})
