"""Devices that vanish, come back, fall silent and hang, behind the speaker."""

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from actors.audio import speaker as speaker_module
from actors.audio.devices.device import AudioSink, DeviceMissing, Feed
from actors.audio.devices.silence import no_speaker
from actors.audio.messages import PlaySentence, SentencePlayed
from actors.audio.speaker import Speaker
from actors.kernel.protocol.lifecycle import Health, HealthChanged
from config.schema import Audio
from tests.doubles.virtual_world import VirtualWorld

Until = Callable[[Callable[[], object]], None]
RATE = 22050


class Room:
    """A speaker, and the conversation that hears of its playback."""

    def __init__(self, world: VirtualWorld, home: Path) -> None:
        self.world = world
        self.conversation = world.probe("conversation")
        world.start(Speaker(Audio(), home), "audio.speaker")

    def play(self, turn: int, sentence: int, seconds: float) -> None:
        pcm = np.full(round(seconds * RATE), 1000, dtype="<i2").tobytes()
        self.world.give("audio.speaker", PlaySentence(turn, sentence, pcm, RATE, last=True))


@pytest.fixture
def enter(world: VirtualWorld, tmp_path: Path) -> Callable[..., Room]:
    return lambda: Room(world, tmp_path)


Enter = Callable[..., Room]


class Hardware:
    """Devices that a test takes away and brings back."""

    def __init__(self) -> None:
        self.present = True
        self.hanging = False
        self.opened: list[HardSink] = []

    def open(self, device: object, home: Path) -> AudioSink:
        if not self.present:
            raise DeviceMissing("it is gone", "Plug it in.")
        self.opened.append(HardSink(self))
        return self.opened[-1]


class HardSink:
    """Plays into nothing, in no time; falls silent and hangs when told to."""

    rate = RATE

    def __init__(self, hardware: Hardware) -> None:
        self.hardware = hardware
        self.closed = threading.Event()
        self.silent = False
        self.release = threading.Event()

    def start(self, feed: Feed) -> None:
        def run() -> None:
            while not self.closed.is_set():
                if feed.wait(0.05) and not self.silent:  # short: the pace of a simulated device
                    feed.pull(441, time.time())

        threading.Thread(target=run, daemon=True).start()

    def idle(self) -> float:
        return 60.0 if self.silent else 0.0

    def close(self) -> None:
        if self.hardware.hanging:
            assert self.release.wait(10.0)
        self.closed.set()


@pytest.fixture
def hardware(monkeypatch: pytest.MonkeyPatch) -> Hardware:
    made = Hardware()
    monkeypatch.setattr(speaker_module, "open_sink", made.open)
    return made


def healths(world: VirtualWorld) -> list[Health]:
    return [change.health for change in world.supervisor.of(HealthChanged)]


def test_a_missing_device_is_told_with_the_remedy_and_playback_goes_on_unheard(
    enter: Enter, until: Until, hardware: Hardware
) -> None:
    hardware.present = False
    room = enter()
    until(lambda: healths(room.world))
    (change,) = room.world.supervisor.of(HealthChanged)
    assert (change.health, change.remedy) == (Health.DOWN, "Plug it in.")
    assert "it is gone" in change.reason
    room.play(1, 0, 0.05)
    until(lambda: room.conversation.of(SentencePlayed))


def test_a_device_that_comes_back_is_used_again(enter: Enter, until: Until, hardware: Hardware) -> None:
    hardware.present = False
    room = enter()
    until(lambda: healths(room.world) == [Health.DOWN])
    hardware.present = True
    until(lambda: healths(room.world) == [Health.DOWN, Health.OK])
    room.play(1, 0, 0.05)
    until(lambda: room.conversation.of(SentencePlayed))
    assert len(hardware.opened) == 1


def test_a_device_that_falls_silent_is_opened_again(enter: Enter, until: Until, hardware: Hardware) -> None:
    room = enter()
    until(lambda: healths(room.world) == [Health.OK])
    hardware.opened[0].silent = True
    room.play(1, 0, 0.05)
    until(lambda: room.conversation.of(SentencePlayed))
    assert healths(room.world) == [Health.OK, Health.DEGRADED, Health.OK]
    assert hardware.opened[0].closed.is_set()
    assert len(hardware.opened) == 2


def test_a_device_is_never_opened_a_second_time_while_it_hangs(
    enter: Enter, until: Until, hardware: Hardware, tmp_path: Path
) -> None:
    room = enter()
    until(lambda: healths(room.world) == [Health.OK])
    hardware.hanging = True
    successor = Speaker(Audio(), tmp_path)
    room.world.lives["audio.speaker"].fence()
    room.world.start(successor, "audio.speaker", number=2)
    until(lambda: healths(room.world)[-1] is Health.DEGRADED)
    assert len(hardware.opened) == 1
    hardware.hanging = False
    hardware.opened[0].release.set()
    until(lambda: healths(room.world)[-1] is Health.OK)
    assert len(hardware.opened) == 2


def test_unforeseen_trouble_with_a_device_kills_the_actor(
    enter: Enter, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(device: object, home: Path) -> AudioSink:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(speaker_module, "open_sink", broken)
    room = enter()
    until(lambda: room.world.failures)
    failure = room.world.failures["audio.speaker"]
    assert failure is not None
    assert "on purpose" in failure.text


def test_a_device_that_takes_too_long_is_told(
    enter: Enter, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate: queue.SimpleQueue[None] = queue.SimpleQueue()

    def slow(device: object, home: Path) -> AudioSink:
        gate.get(timeout=10.0)
        return no_speaker()

    monkeypatch.setattr(speaker_module, "open_sink", slow)
    room = enter()
    room.world.advance(6.0)
    assert healths(room.world) == [Health.DEGRADED]
    gate.put(None)
    until(lambda: healths(room.world) == [Health.DEGRADED, Health.OK])
