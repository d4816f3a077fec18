"""Whether the bot hears and is heard, by its owner's wish."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from actors.audio.echo.reference import Reference
from actors.audio.messages import AudioChunk
from actors.audio.microphone import Microphone
from actors.audio.muting import ears_muted, voice_muted
from actors.audio.playback.playlist import Playlist
from actors.kernel.protocol.lifecycle import HealthChanged
from actors.osc.messages import ParametersChanged, SubscribeParameters
from config.schema import Audio, Speech
from tests.doubles.virtual_world import VirtualWorld

LOUD = np.full(512, 8000, dtype="<i2").tobytes()


@pytest.mark.parametrize(
    ("settings", "parameters", "why"),
    [
        ({}, {}, ""),
        ({"mute_ears": True}, {}, "audio.mute_ears"),
        ({"mute_parameter": "Deaf"}, {}, ""),
        ({"mute_parameter": "Deaf"}, {"Deaf": True}, "parameter Deaf"),
        ({"mute_parameter": "Deaf"}, {"Deaf": False}, ""),
        ({"push_to_talk": "Talk"}, {}, "parameter Talk"),
        ({"push_to_talk": "Talk"}, {"Talk": True}, ""),
        ({"push_to_talk": "Talk", "mute_parameter": "Deaf"}, {"Talk": True, "Deaf": True}, "parameter Deaf"),
    ],
)
def test_the_ears_are_muted_by_a_key_or_a_parameter(
    settings: Mapping[str, Any], parameters: Mapping[str, bool], why: str
) -> None:
    said = ears_muted(Audio(**settings), parameters)
    assert why in said
    assert bool(said) == bool(why)


def test_the_voice_is_muted_by_a_key() -> None:
    assert voice_muted(Audio()) == ""
    assert "audio.mute_voice" in voice_muted(Audio(mute_voice=True))


def test_a_muted_voice_takes_its_time_in_silence_and_no_echo_of_it_is_expected() -> None:
    told: list[object] = []
    playlist = Playlist(16000)
    playlist.add(1, 0, np.full(1600, 8000, dtype=np.int16), 16000, last=True)
    reference = Reference(playlist, 16000, 1, told.append)
    reference.muted = True
    assert not reference.pull(800, 1000.0).any()
    assert playlist.seconds == pytest.approx(0.05)
    reference.muted = False
    assert reference.pull(800, 1000.05).any()
    assert len(told) == 1


def test_a_microphone_hears_only_while_the_key_is_held_and_says_so(world: VirtualWorld) -> None:
    recognizer, receiver = world.probe("speech.recognizer"), world.probe("osc.receiver")
    settings = Audio(input_device="none", push_to_talk="Talk")
    world.start(Microphone(settings, Speech(), ".", _no_device), "audio.microphone")  # type: ignore[arg-type]
    world.run()
    assert receiver.of(SubscribeParameters)[0].patterns == ("Talk",)

    def hears() -> bool:
        world.give("audio.microphone", AudioChunk(LOUD, 1000.0 + len(recognizer.messages)))
        return any(recognizer.of(AudioChunk)[-1].pcm)

    assert not hears()
    assert "parameter Talk" in world.supervisor.of(HealthChanged)[-1].reason
    world.give("audio.microphone", ParametersChanged({"Talk": True}))
    assert hears()
    assert "Talk" not in world.supervisor.of(HealthChanged)[-1].reason
    world.give("audio.microphone", ParametersChanged({"Talk": False}))
    assert not hears()
    world.advance(11.0)
    assert len(receiver.of(SubscribeParameters)) == 2, "a receiver may have been restarted"


class _NoDevice:
    def start(self) -> None:
        pass

    def stop(self, timeout: float) -> bool:
        return True


def _no_device(*_: object, **__: object) -> _NoDevice:
    return _NoDevice()
